"""Which exemption codes may be offered; the shipped list itself."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from sar_service.domain.errors import InvalidInput
from sar_service.domain.exemption import Disposition, Exemption, Tell, offered, require_offered
from sar_service.domain.holidays import Nation
from sar_service.domain.identity import Capacity
from sar_service.domain.rights import Right

FILE = Path(__file__).parents[2] / "config" / "exemptions.yaml"


def shipped() -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return found


def codes() -> list[Exemption]:
    return [
        Exemption(
            **{
                **entry,
                "tell": Tell(entry["tell"]),
                "rights": tuple(Right(right) for right in entry["rights"]),
                "nations": tuple(Nation(nation) for nation in entry["nations"]),
                "capacities": tuple(Capacity(capacity) for capacity in entry["capacities"]),
            }
        )
        for entry in shipped()["exemptions"]
    ]


def names(
    right: Right = Right.ACCESS, nation: str = "england-and-wales", capacity: Capacity = Capacity.SELF
) -> set[str]:
    return {code.code for code in offered(codes(), right=right, nation=nation, capacity=capacity)}


def test_the_shipped_list_is_complete_and_readable() -> None:
    every = codes()
    assert len({code.code for code in every}) == len(every)
    assert {code.code for code in every} == {
        "TP16",
        "TP16S",
        "TP17",
        "SHH",
        "HOP",
        "SHW",
        "SHE",
        "WISH-H",
        "WISH-W",
        "ABUSE",
        "COURT",
        "REPORTER",
        "CRIME",
        "CRIME2",
        "RISK3",
        "LAW5",
        "REG7",
        "REG10",
        "JUD14",
        "LPP",
        "SELFINC",
        "MGT",
        "NEG",
        "REF",
        "EXAM",
        "ADOPT",
        "SEN",
        "PARORD",
        "HFEA",
        "ARCH",
        "RES",
        "MANUAL",
        "MUE",
        "SEARCH",
    }
    for code in every:
        assert 2 <= len(code.short.split()) <= 4, code.code
        assert code.plain.endswith(".") and code.test.endswith("."), code.code
        assert code.restricts.split(",")[0] in ("A", "AI", "ALL")


def test_leaving_something_out_is_kept_apart_from_withholding_it() -> None:
    others = [Disposition(**entry) for entry in shipped()["dispositions"]]
    assert {one.code for one in others} == {"NPD", "DUP", "NOTHELD", "OTHERCTRL", "ALREADY", "OUTSCOPE"}
    assert not {one.code for one in others} & {code.code for code in codes()}


@pytest.mark.parametrize("capacity", [Capacity.SELF, Capacity.REPRESENTATIVE, Capacity.SOLICITOR])
def test_a_child_is_never_protected_from_their_own_request(capacity: Capacity) -> None:
    assert not names(capacity=capacity) & {"ABUSE", "WISH-H", "WISH-W"}


@pytest.mark.parametrize("capacity", [Capacity.PARENT, Capacity.DEPUTY])
def test_a_child_is_protected_from_a_parent(capacity: Capacity) -> None:
    assert names(capacity=capacity) >= {"ABUSE", "WISH-H", "WISH-W"}


def test_codes_are_offered_only_where_they_are_law() -> None:
    scotland = names(nation="scotland", capacity=Capacity.PARENT)
    assert "ABUSE" not in scotland and "REPORTER" in scotland
    assert "REPORTER" not in names()


@pytest.mark.parametrize("right", [Right.RECTIFICATION, Right.ERASURE, Right.OBJECTION])
def test_another_person_s_information_restricts_access_only(right: Right) -> None:
    assert "TP16" in names()
    assert "TP16" not in names(right) and "CRIME" in names(right)


def test_naming_a_professional_is_never_a_reason_to_withhold() -> None:
    assert all("TP17" not in names(right) for right in Right)


def test_a_code_that_is_not_offered_is_refused_with_the_reason() -> None:
    here = {"right": Right.ACCESS, "nation": "scotland", "capacity": Capacity.SELF}
    assert require_offered("TP16", codes(), **here).code == "TP16"  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="cannot be used here"):
        require_offered("ABUSE", codes(), **here)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="There is no exemption code"):
        require_offered("TP99", codes(), **here)  # type: ignore[arg-type]


EVERYBODY = {Capacity.SELF, Capacity.PARENT, Capacity.REPRESENTATIVE, Capacity.SOLICITOR, Capacity.DEPUTY}
AS_THE_LAW_HAS_THEM = {
    # code: what it restricts, how much is told
    "TP16": ("A", "yes"),
    "TP16S": ("A", "general"),
    "SHH": ("A", "general"),
    "HOP": ("A", "yes"),
    "SHW": ("A", "general"),
    "SHE": ("A", "general"),
    "WISH-H": ("ALL", "general"),
    "WISH-W": ("ALL", "general"),
    "ABUSE": ("A", "general"),
    "COURT": ("ALL", "yes"),
    "REPORTER": ("A", "general"),
    "CRIME": ("ALL", "neither"),
    "CRIME2": ("AI", "neither"),
    "RISK3": ("AI", "neither"),
    "LAW5": ("ALL", "yes"),
    "REG7": ("ALL", "general"),
    "REG10": ("ALL", "yes"),
    "JUD14": ("ALL", "general"),
    "LPP": ("AI", "yes"),
    "SELFINC": ("AI", "neither"),
    "MGT": ("AI", "yes"),
    "NEG": ("AI", "yes"),
    "REF": ("AI", "yes"),
    "EXAM": ("AI", "yes"),
    "ADOPT": ("A", "yes"),
    "SEN": ("A", "yes"),
    "PARORD": ("A", "general"),
    "HFEA": ("A", "general"),
    "MANUAL": ("A", "yes"),
    "MUE": ("ALL", "yes"),
    "SEARCH": ("A", "yes"),
}


def test_each_code_restricts_and_tells_what_its_provision_says() -> None:
    found = {code.code: (code.restricts, str(code.tell)) for code in codes()}
    assert {name: found[name] for name in AS_THE_LAW_HAS_THEM} == AS_THE_LAW_HAS_THEM
    only_access = {name for name, (restricts, _) in AS_THE_LAW_HAS_THEM.items() if restricts in ("A", "AI")}
    for code in codes():
        if code.code in only_access:
            assert code.rights == (Right.ACCESS,), code.code
        assert set(code.capacities) == (
            {Capacity.PARENT, Capacity.DEPUTY} if code.code in ("ABUSE", "WISH-H", "WISH-W") else EVERYBODY
        ), code.code


def test_what_could_never_be_told_is_agreed_by_somebody_with_a_name() -> None:
    for code in codes():
        if code.tell == Tell.NEITHER or code.code in ("MUE", "SEARCH", "JUD14", "LPP", "LAW5"):
            assert code.approver in ("data protection officer", "legal adviser"), code.code
    assert {code.code for code in codes() if code.needs_opinion} == {"SHH", "HOP", "REPORTER"}
