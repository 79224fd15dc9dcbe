"""Whether the service lives, whether it can work, and numbers for monitoring; no personal data in any."""

from datetime import UTC, datetime

from flask import Blueprint, Response, jsonify
from sqlalchemy import func, select, text

from sar_service.db import db
from sar_service.domain.lifecycle import OPEN
from sar_service.models import Case
from sar_service.queue import courier

from . import access
from .access import allow_anyone

blueprint = Blueprint("health", __name__)


@blueprint.get("/health/live")
@allow_anyone
def live() -> Response:
    """The process answers."""
    return jsonify({"live": True})


@blueprint.get("/health/ready")
@allow_anyone
def ready() -> tuple[Response, int]:
    """The database and the queue answer too."""
    found = {}
    try:
        db.session.execute(text("SELECT 1"))
        found["database"] = True
    except Exception:
        found["database"] = False
    try:
        courier().check()
        found["queue"] = True
    except Exception:
        found["queue"] = False
    good = all(found.values())
    return jsonify({"ready": good, **found, "at": datetime.now(UTC).isoformat()}), 200 if good else 503


@blueprint.get("/metrics")
@allow_anyone
def metrics() -> Response:
    """Counts in the Prometheus text format."""
    count = db.session.scalar(select(func.count()).select_from(Case).where(Case.status.in_(OPEN))) or 0
    lines = [
        "# HELP sar_cases_open Cases that are open.",
        "# TYPE sar_cases_open gauge",
        f"sar_cases_open {count}",
        "# HELP sar_standstill 1 for as long as a part of the service stands still.",
        "# TYPE sar_standstill gauge",
    ]
    found = access.standstill()
    parts = {"timetable": "timetable", "timetable_work": "failing", "emails": "unsent"}
    for part, name in parts.items():
        still = found is not None and getattr(found, name) is not None
        lines.append(f'sar_standstill{{part="{part}"}} {int(still)}')
    return Response("\n".join(lines) + "\n", mimetype="text/plain; version=0.0.4")
