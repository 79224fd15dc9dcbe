"""Where the project's own templates and packaged files are. Reading them is in `render`; this stays light to import."""

from pathlib import Path

import sar_service

ROOT = Path(sar_service.__file__).resolve().parent.parent
TEMPLATES = ROOT / "templates"
ASSETS = (TEMPLATES, ROOT / "sar_service" / "static")
