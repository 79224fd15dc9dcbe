"""A council's configuration as a stranger would begin it: the shipped files, with the examples in them taken up."""

import re
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "config"


@pytest.fixture
def begun(tmp_path: Path) -> Path:
    """A config folder made by following config/README.md: entries uncommented, `.example` files taken up."""
    home = tmp_path / "config"
    home.mkdir()
    for name in ("exemptions.yaml", "retention.yaml", "holidays.yaml"):
        shutil.copy(SHIPPED / name, home / name)
    text = (SHIPPED / "controllers.yaml").read_text().replace("controllers: []", "controllers:")
    (home / "controllers.yaml").write_text(re.sub(r"(?m)^#  ", "  ", text))
    for folder in ("notices", "systems"):
        (home / folder).mkdir()
        for example in (SHIPPED / folder).glob("*.yaml.example"):
            shutil.copy(example, home / folder / example.name.removesuffix(".example"))
    return home
