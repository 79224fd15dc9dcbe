"""The answers of the request form: shown for checking, and made into a request."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import url_for
from flask_babel import format_date
from flask_babel import gettext as _

from sar_service.catalogue import Catalogue
from sar_service.domain.rights import Right
from sar_service.services.intake import Request

from ..fields_rows import address_lines
from .request_questions import FORMS, TITLES, steps_for

Draft = Mapping[str, Any]


def sections(draft: Draft, catalogue: Catalogue) -> list[dict[str, Any]]:
    """The answers as summary lists, each row with the way to change it."""
    found = []
    for step in steps_for(draft):
        form = FORMS[step](None, data=draft.get(step, {}))
        form.prepare(draft, catalogue)
        title = TITLES[step](draft)
        rows = [
            {
                "key": str(field.label.text),
                "value": _said(field),
                "link": url_for("request.step", step=step, change=1),
                "link_text": _("Change"),
                "of": str(field.label.text).lower(),
            }
            for field in form
            if field.name != "only" or field.data
        ]
        found.append({"title": title, "rows": rows})
    return found


def _said(field: Any) -> Any:
    """An answer as a reader reads it; a list of lines where it has several."""
    data, component = field.data, field.component
    if not data or (isinstance(data, dict) and not any(data.values())):
        return _("Not given")
    if component in ("radios", "select", "checkboxes"):
        words = {value: str(label) for value, label in field.choices}
        chosen = data if isinstance(data, list) else [data]
        return [words.get(each, each) for each in chosen] if len(chosen) > 1 else words.get(chosen[0], chosen[0])
    if isinstance(data, date):
        return format_date(data, "d MMMM y")
    if component == "address":
        return [*address_lines(data), data["postcode"]] if data["postcode"] else list(address_lines(data))
    if component == "rows":
        return [each if isinstance(each, str) else ", ".join(_lines(each)) for each in data]
    return str(data)


def _lines(address: Mapping[str, str]) -> list[str]:
    """An address as lines, the postcode last."""
    return [*address_lines(address), *([address["postcode"]] if address.get("postcode") else [])]


def to_request(draft: Draft, *, catalogue: Catalogue, received_on: date) -> Request:
    """The request that these answers make."""
    who, names, contact = draft["who"], draft["names"], draft["contact"]
    mine = who["capacity"] == "self"
    full = " ".join(part for part in (names["given_name"], names["family_name"]) if part)
    others = list(names.get("other_names", []))
    if names.get("middle_names"):
        parts = (names["given_name"], names["middle_names"], names["family_name"])
        others.append(" ".join(part for part in parts if part))
    current = draft["addresses"]["current"]
    earlier = [_lines(each) for each in draft["addresses"].get("earlier", [])]
    given = {name: value for name, value in draft["identifiers"].items() if value}
    acting = draft.get("subject", {})
    postal = _lines(contact["postal"]) if contact.get("postal") else []
    if not postal and mine and draft["how"]["how"] == "post":
        postal = _lines(current)
    return Request(
        controller=who.get("controller") or next(iter(catalogue.controllers)),
        right=Right(who["right"]),
        channel="online",
        capacity=who["capacity"],
        received_on=received_on,
        subject={
            "given_name": names["given_name"],
            "family_name": names["family_name"],
            "other_names": others,
            "date_of_birth": draft["birth"]["date_of_birth"],
            "addresses": [lines for lines in [_lines(current), *earlier] if lines],
            "postcode": current.get("postcode", ""),
            "phones": [contact["phone"]] if mine and contact.get("phone") else [],
            "emails": [contact["email"]] if mine else [],
            "identifiers": given,
        },
        requester={
            "name": full if mine else acting["name"],
            "email": contact["email"],
            "phone": contact.get("phone", ""),
            "address": postal,
            "relationship": "" if mine else acting["relationship"],
            "organisation": "" if mine else acting.get("organisation", ""),
            "authority": "" if mine else acting.get("authority", ""),
            "safe": contact["safe"],
            "safety_note": contact.get("safety_note", ""),
        },
        scope={
            "what": draft["what"]["what"],
            "services": draft["what"].get("services", []),
            "period": draft["what"].get("period", ""),
        },
        delivery={
            "how": draft["how"]["how"],
            "needs": draft["how"].get("needs", []),
            "note": draft["how"].get("tell_us", ""),
            "language": draft["how"].get("language", ""),
        },
    )
