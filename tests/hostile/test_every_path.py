"""Every path that staff could take through the pages, tried in any order: nothing leaves that should not, and no case
is lost from sight.

Three people press whatever buttons there are. What must be true before a pack leaves is kept count of here, from what
was answered, and not read off the code under test.
"""

import io
import re
import uuid
from collections.abc import Callable
from dataclasses import fields
from datetime import datetime
from typing import Any

import pikepdf
from flask import Flask
from hypothesis import HealthCheck, Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select

from sar_service.db import db
from sar_service.documents.pages import Finding
from sar_service.domain.actor import SERVICE, Actor
from sar_service.domain.incoming import Message
from sar_service.domain.lifecycle import OPEN, Status
from sar_service.domain.rights import Right
from sar_service.models import Case, Decision, Fact, Letter, MarkRow, Pack, PersonRow
from sar_service.services import case as cases
from sar_service.services import identity_again, incoming, pack, pack_release, report
from tests import factories, packs
from tests.browser import Visitor

NAME = "Morwenna Tregale"
RIGHTS = [Right.ACCESS, Right.ACCESS, Right.ACCESS, Right.ERASURE, Right.COMPLAINT]
STEPS = st.sampled_from([0, 2, 4, 8, 8])
LOGGED = {
    "rights": ["access"], "capacity": "self", "given_name": "Morwenna", "family_name": "Tregale",
    "date_of_birth-day": "14", "date_of_birth-month": "3", "date_of_birth-year": "2007",
}  # fmt: skip
PEOPLE = st.sampled_from(["first", "second", "manager"])
# What a month says besides how its requests ended; what was no request is counted by itself.
OTHERWISE = {"month", "received", "in_time", "within_one_month", "set_aside", "elsewhere"}  # not how a request ended
EMPTY = io.BytesIO()
with pikepdf.new() as made:
    made.add_blank_page()
    made.save(EMPTY)


class Paths(RuleBasedStateMachine):
    """One case of somebody known to the systems, and everything three people might do with it."""

    desks: dict[str, Visitor]
    actors: dict[str, Actor]
    sent: Any
    now: datetime
    folder: Any
    ends: set[str]

    def __init__(self) -> None:
        super().__init__()
        self.settled = False  # somebody settled identity, and nobody doubted it or changed the contact since
        self.hands: set[str] = set()  # who decided anything
        self.sender = self.signer = ""
        self.signed_at_decision = -1  # how many decisions there were when it was signed
        self.clean = False  # the newest pack passed its check
        self.seen = Status.RECEIVED
        self.answered_at: datetime | None = None

    @initialize(
        right=st.sampled_from(RIGHTS), by_mail=st.booleans(), team=st.tuples(PEOPLE, PEOPLE, PEOPLE), steps=STEPS
    )
    def comes_in(self, right: Right, by_mail: bool, team: tuple[str, str, str], steps: int) -> None:
        """A request, and some steps on the road as it is meant: chance alone would seldom come far."""
        self.right = Right.ACCESS if by_mail else right
        self.case_id = self.a_draft() if by_mail else factories.a_case(now=self.now, right=right).id
        self.seen = Status.DRAFT if by_mail else Status.RECEIVED
        self.reference = self.case().reference
        decides, sends, signs = team
        road = ("first", "first", "first", decides, sends, signs, "first", "manager")
        for who in road[0 if by_mail else 1 :][:steps]:
            self.goes_on(who)
            self.nothing_leaves_without_what_it_takes()

    def a_draft(self) -> uuid.UUID:
        message = Message(sender="morwenna@example.org", name=NAME, subject="My file", text="Everything, please.")
        draft = incoming.begin("northmoor", message, arrived_at=self.now, actor=SERVICE, now=self.now)
        db.session.commit()
        return draft.id

    def case(self) -> Case:
        db.session.rollback()
        db.session.expire_all()
        return db.session.get_one(Case, self.case_id)

    def press(self, who: str, path: str, **data: Any) -> bool:
        """Send a form as a person does; was it taken?"""
        desk = self.desks[who]
        before = self.case().version
        given = {"version": str(before), **data}
        desk.last = None
        answer = desk.post(f"/staff/cases/{self.reference}/{path}", given, follow=False)
        assert answer.status_code < 500, answer.text
        taken = answer.status_code == 302
        note(f"{who} {path} {data} -> {answer.status_code}")
        return taken

    def decisions(self) -> int:
        return db.session.scalar(select(func.count()).where(Decision.case_id == self.case_id)) or 0

    def decided_all(self) -> bool:
        return not cases.situation(self.case()).undecided_marks and bool(self.hands)

    # What people do.

    @rule(who=PEOPLE)
    def settles(self, who: str) -> None:
        said = {
            "stood_version": identity_again.stood(self.case()),
            "sure": "worker",
            "override": "Known to the team for years",
        }
        if self.press(who, "identity/settle", **said):
            self.settled = True

    @rule(who=PEOPLE)
    def doubts(self, who: str) -> None:
        if self.press(who, "identity/doubt", reason="A call from somebody else"):
            self.settled = False

    @rule(who=PEOPLE, phone=st.sampled_from(["07700 900111", "07700 900222"]))
    def changes_the_contact(self, who: str, phone: str) -> None:
        contact = {"name": NAME, "email": "morwenna@example.org", "phone": phone, "address": ""}
        before = db.session.scalar(select(func.count()).where(Fact.kind == "contact_changed"))
        self.press(who, "identity/contact", **contact)
        db.session.rollback()
        if db.session.scalar(select(func.count()).where(Fact.kind == "contact_changed")) != before:
            self.settled = False

    @rule(who=PEOPLE)
    def searches(self, who: str) -> None:
        self.press(who, "search/start", system="")
        self.works()

    @rule(who=PEOPLE, treatment=st.sampled_from(["withhold", "show"]), some=st.booleans())
    def decides(self, who: str, treatment: str, some: bool) -> None:
        self.case()
        of_case = select(MarkRow).where(MarkRow.case_id == self.case_id, MarkRow.person_id.is_(None))
        people = list(db.session.scalars(select(PersonRow).where(PersonRow.case_id == self.case_id)))
        people = [each for each in people if each.standing.value in packs.THEIRS]
        marks = list(db.session.scalars(of_case.order_by(MarkRow.id)))
        code = "TP16" if treatment == "withhold" else ""
        most = 1 if some else None
        sent = [(f"{each.id}", f"{each.id}:{each.version}") for each in people[:most]]
        places = [(f"reading/{each.record_id or each.document_id}/marks/{each.id}", each.version) for each in marks]
        before = self.decisions()
        for person, seen in sent:
            given = {"person": person, "seen": seen, "treatment": treatment, "code": code, "reason": "Said so"}
            self.press(who, "people/decisions", **given)
        for path, version in places[:most]:
            self.press(who, path, do=treatment, code=code, reason="Said so", version=str(version))
        if self.decisions() != before:
            self.hands.add(who)

    @rule(who=PEOPLE)
    def sends_off(self, who: str) -> None:
        self.press(who, "sign-off/submit", note="")
        if self.case().status is Status.AWAITING_SIGNOFF and self.seen is not Status.AWAITING_SIGNOFF:
            self.sender, self.signer = who, ""

    @rule(who=PEOPLE)
    def signs(self, who: str) -> None:
        page = self.desks[who].get(f"/staff/cases/{self.reference}/sign-off")
        digest = re.search(r'name="digest" value="([0-9a-f]+)"', page.text)
        if self.press(who, "sign-off/sign", digest=digest[1] if digest else "0" * 64, note=""):
            self.signer = who
            self.signed_at_decision = self.decisions()

    @rule(who=PEOPLE)
    def returns(self, who: str) -> None:
        self.press(who, "sign-off/return", note="Look at page two again")

    @rule(who=PEOPLE, clean=st.sampled_from([True, True, False]))
    def builds(self, who: str, clean: bool) -> None:
        if self.press(who, "pack/build"):
            self.works(clean=clean)

    @rule(who=PEOPLE, checked=st.sampled_from(["yes", "yes", ""]))
    def releases(self, who: str, checked: str) -> None:
        compared = pack_release.goes_to(self.case())
        newest = db.session.scalar(
            select(Pack.id).where(Pack.case_id == self.case_id).order_by(Pack.number.desc()).limit(1)
        )
        asked = {"pack": str(newest or self.case_id), "recipient_checked": checked, "recipient": NAME}
        self.press(who, "pack/release", **asked, compared=compared)

    @rule(who=PEOPLE, action=st.sampled_from(["begin_review", "step_back", "close", "withdraw", "refuse", "reopen"]))
    def moves(self, who: str, action: str) -> None:
        self.press(who, "move", action=action, reason="Said on the telephone")

    @rule(who=PEOPLE, place=st.integers(0, 40), result=st.sampled_from(["all", "part", "none"]))
    def begins_a_letter(self, who: str, place: int, result: str) -> None:
        page = self.desks[who].get(f"/staff/cases/{self.reference}/letters/new")
        kinds = re.findall(r'name="kind"[^>]*value="([\w-]+)"', page.text)
        if kinds:
            self.press(
                who, "letters", kind=kinds[place % len(kinds)], reason="Six schools must be asked", result=result
            )

    @rule(who=PEOPLE, do=st.sampled_from(["send", "send", "drop"]))
    def ends_a_letter(self, who: str, do: str) -> None:
        self.case()
        draft = db.session.scalar(select(Letter.id).where(Letter.case_id == self.case_id, Letter.state == "draft"))
        if draft is None:
            return
        visitor = self.desks[who]
        visitor.get(f"/staff/cases/{self.reference}/letters/{draft}")
        form = next((each for each in visitor.forms() if "text" in each["fields"]), None)
        if form is not None:
            given = {name: form["fields"][name] for name in ("subject", "text", "version")}
            self.press(who, f"letters/{draft}", do=do, **given)
            self.works()

    @rule(who=PEOPLE, kind=st.sampled_from(["clarification_received", "identity_received", "fee_paid"]))
    def records_a_fact(self, who: str, kind: str) -> None:
        self.press(who, "facts", kind=kind, on="2026-11-23", reasons="")

    @rule(who=PEOPLE, restricted=st.sampled_from(["yes", "no"]))
    def restricts(self, who: str, restricted: str) -> None:
        self.press(who, "restriction", restricted=restricted, reason="A colleague's own")

    @rule(who=PEOPLE)
    def logs_the_e_mail(self, who: str) -> None:
        page = self.desks[who].get(f"/staff/cases/{self.reference}/draft/log")
        if page.request.path.endswith("/draft/log") and page.status_code == 200:
            form = next(each for each in self.desks[who].forms() if "family_name" in each["fields"])
            self.press(who, "draft/log", **{**form["fields"], **LOGGED})

    @rule(who=PEOPLE, deed=st.sampled_from(["aside", "again"]))
    def sets_the_e_mail_aside(self, who: str, deed: str) -> None:
        self.press(who, f"draft/{deed}", reason="An advertisement")

    @rule(
        who=PEOPLE, route=st.sampled_from(["foi", "police", "school", "dead"]), result=st.sampled_from(["all", "part"])
    )
    def sends_it_elsewhere(self, who: str, route: str, result: str) -> None:
        if self.press(who, "elsewhere", route=route, result=result, reason="It is about the new bridge"):
            self.ends_a_letter(who, "send")

    @rule(who=PEOPLE)
    def takes_it(self, who: str) -> None:
        self.press(who, "assignment", member="me")

    @rule(who=PEOPLE)
    def goes_on(self, who: str) -> None:
        """The next step as it is meant."""
        status = self.case().status
        if status is Status.DRAFT:
            self.logs_the_e_mail(who)
        elif status in (Status.RECEIVED, Status.IDENTITY) and not self.settled:
            self.settles(who)
        elif self.right is not Right.ACCESS and status in OPEN:
            kind = f"outcome-{self.right}"
            self.press(who, "letters", kind=kind, reason="Six schools must be asked", result="all")
            self.ends_a_letter("second", "send")
        elif status in (Status.RECEIVED, Status.IDENTITY):
            self.searches(who)
        elif status is Status.REVIEWING:
            if self.decided_all():
                self.sends_off(who)
            else:
                self.decides(who, "withhold", some=False)
        elif status is Status.AWAITING_SIGNOFF:
            self.signs(who)
        elif status is Status.SIGNED_OFF:
            self.builds(who, clean=True)
        elif status is Status.READY:
            self.releases(who, checked="yes")

    def works(self, *, clean: bool = True) -> None:
        """The workers' part. Packs are not typeset here: their check ends as it was drawn."""
        asked = [arguments for job, arguments in self.sent.jobs if job == "pack"]
        self.sent.jobs[:] = [each for each in self.sent.jobs if each[0] != "pack"]
        self.sent.work()
        for (number,) in asked:
            db.session.rollback()
            plan = pack.begin(uuid.UUID(number), now=self.now)
            db.session.commit()
            assert plan is not None
            pack.check(plan)
            findings = [] if clean else [Finding(string="Jory", where="text", how="as it is", page=1)]
            pack.finish(plan, self.folder, 1, findings, [], now=self.now)
            db.session.commit()
            self.clean = clean and db.session.get_one(Pack, plan.pack_id).object_id is not None

    # What must be so whatever they did.

    @invariant()
    def nothing_leaves_without_what_it_takes(self) -> None:
        case = self.case()
        before, self.seen = self.seen, case.status
        if case.status is Status.RELEASED and before is not Status.RELEASED and before is not Status.CLOSED:
            assert self.settled, "released although nobody had settled who it goes to"
            assert self.sender and self.signer, "released without two people"
            assert self.signer != self.sender and self.signer not in self.hands, "signed by one of its makers"
            assert self.decisions() == self.signed_at_decision, "something was decided after it was signed"
            assert self.clean, "released although something could be recovered"
            self.ends.add("released")
        if case.released_at != self.answered_at:
            self.answered_at = case.released_at
            assert self.settled or self.right is Right.COMPLAINT, "answered although nobody had settled who asks"
            self.ends.add("answered")

    @invariant()
    def it_is_in_one_list(self) -> None:
        case = self.case()
        manager, today = self.actors["manager"], self.now.date()

        def listed(**chosen: Any) -> bool:
            which = cases.condition(cases.Filter(**chosen), actor=manager, today=today)
            found = db.session.scalar(select(Case.id).where(Case.id == case.id, which))
            return found is not None

        assert listed() == (case.status in OPEN)
        assert listed(closed=True)
        assert [status for status in Status if listed(statuses=(status,), closed=True)] == [case.status]
        if case.status in OPEN:
            assert case.clock_state != "running" or case.due_on is not None, "it is open and no day is known for it"

    @invariant()
    def it_is_counted_once(self) -> None:
        self.case()
        month = report.months(actor=self.actors["manager"], today=self.now.date(), count=1)[0]
        ways = [getattr(month, each.name) for each in fields(month) if each.name not in OTHERWISE]
        assert month.received == sum(ways), f"{month} leaves some out"


def test_no_path_releases_what_it_should_not_or_loses_a_case(
    app: Flask, visit: Callable[..., Visitor], staff: Callable[..., Actor], sent: Any, now: datetime, tmp_path: Any
) -> None:
    actors = {"first": staff("officer"), "second": staff("officer"), "manager": staff("manager")}
    paper = tmp_path / "pack.pdf"
    paper.write_bytes(EMPTY.getvalue())
    desks = {name: visit(actor) for name, actor in actors.items()}

    class Here(Paths):
        pass

    Here.ends = set()
    Here.actors, Here.desks, Here.sent, Here.now, Here.folder = actors, desks, sent, now, paper
    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=16,
            stateful_step_count=12,
            deadline=None,
            phases=(Phase.generate,),
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert Here.ends == {"released", "answered"}, "the paths did not go far enough to say anything"
