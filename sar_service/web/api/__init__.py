"""The API under /api/v1/. It offers what other systems of the council need, described by its own OpenAPI document."""

from typing import Any

from flask import Blueprint, jsonify

from sar_service.domain.permission import Permission
from sar_service.services import case as cases
from sar_service.services import clock

from ..access import actor, allow, allow_anyone

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")

DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Rights requests", "version": "1"},
    "paths": {
        "/api/v1/cases/{reference}": {
            "get": {
                "summary": "Where a case stands, when it is due and why",
                "parameters": [{"name": "reference", "in": "path", "required": True, "schema": {"type": "string"}}],
                "responses": {
                    "200": {"description": "The case"},
                    "401": {"description": "Nobody is signed in"},
                    "403": {"description": "Not part of this member's role"},
                    "404": {"description": "No such case that this member may see"},
                },
            }
        }
    },
}


@blueprint.get("/openapi.json")
@allow_anyone
def document() -> Any:
    """The OpenAPI document."""
    return jsonify(DOCUMENT)


@blueprint.get("/cases/<reference>")
@allow(Permission.SEE_CASES)
def show(reference: str) -> Any:
    """Where a case stands: states and dates only, no personal data."""
    case = cases.get(reference, actor=actor())
    return jsonify(
        {
            "reference": case.reference,
            "right": case.right.value,
            "status": case.status.value,
            "received_on": case.received_on.isoformat(),
            "clock": case.clock_state,
            "missed_on": case.missed_on.isoformat() if case.missed_on else None,
            "due_on": case.due_on.isoformat() if case.due_on else None,
            "steps": [step.sentence for step in clock.reckon(case).steps],
        }
    )
