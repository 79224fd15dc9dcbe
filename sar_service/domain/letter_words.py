"""The names that a letter's template may use, each with what stands for it. All are plain text, numbers or yes and no.

A name with dots is a part of a group (`requester.name`). What they hold in one case is `services/letter_words.py`; the
language of templates is `documents/letter_template.py`.
"""

from collections.abc import Mapping
from types import MappingProxyType

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "reference": "the reference of the case",
        "requester.name": "the name of whoever asks; may be empty",
        "right": "access, rectification, erasure, restriction, portability, objection, automated-decision, "
        "withdraw-consent, complaint or pupil-record",
        "right_name": "what that right is, in words",
        "capacity": "self, parent, solicitor, representative or deputy",
        "about": "whom the information is about, as it stands in a sentence: about you, about your child",
        "how": "how they want the answer: portal, post or collection",
        "email_known": "true if they gave an e-mail address: without one no code reaches them",
        "paper_only": "true if nothing may be opened on a screen",
        "country": "england, wales, scotland or northern-ireland: whose law for schools counts",
        "controller.name": "the legal name of the council",
        "controller.short_name": "what people call it",
        "controller.opening": "a paragraph after the greeting; may be empty, as the rest from controllers.yaml",
        "controller.sign_off": "the line above the name: Yours sincerely",
        "controller.address": "its address, where nobody is named to write to or ring",
        "controller.signed_by": "who signs",
        "controller.post": "their post",
        "controller.footer": "the last paragraph",
        "controller.public_contact.name": "the team that answers requests; may be empty, as each of its parts",
        "controller.public_contact.email": "its e-mail address",
        "controller.public_contact.phone": "its telephone number",
        "controller.public_contact.url": "its web address",
        "controller.public_contact.hours": "when it is open or answers",
        "complaints_to": "who takes complaints, with every way to reach them; may be empty",
        "regulator_name": "the regulator, as it stands in a sentence: the Information Commissioner",
        "regulator_to": "how to reach the regulator; may be empty",
        "due": "the date by which the answer is due, in words; empty if there is none yet",
        "told_before": "the date that the last letter gave for the answer, in words; may be empty",
        "late": "true if that date has passed",
        "missed": "the date by which the answer had been due, in words, where it had passed before anything was asked "
        "for; may be empty",
        "reckoning.state": "running, paused or not_started",
        "reckoning.steps": "how the date was worked out: a list of sentences",
        "received": "the day on which it reached the council, in words",
        "review": "true for a complaint that is a wish to have an answer looked at again",
        "acknowledgement_owed": "true for a complaint that came since the law demands that it is acknowledged",
        "news_days": "days after our last letter in which somebody who complained hears from us again",
        "outcome_days": "days after receipt in which the council aims to give the outcome of a complaint",
        "today": "today's date, in words",
        "until": "the last day on which what is released today can be downloaded, in words",
        "base_url": "the address of this service, without a stroke at its end",
        "reason": "what the officer wrote, in letters that an officer begins",
        "result": "all, part or none, in letters that decide; all or part in letters that send a request elsewhere",
        "to_come": "what is still to come, in the letter partial-disclosure",
        "come_by": "the day by which it comes, in words",
        "come_late": "true if that is later than the date by which the answer is due",
        "withheld": "what was left out and why, in that letter; may be empty",
        "nation": "england-and-wales, scotland or northern-ireland, in letters that send a request elsewhere",
        "route_contact": "who answers there, with every way to reach them, in those letters; may be empty",
        "answer_by": "the last day for an answer under the freedom of information law, in its letter",
        "answer_late": "true if that day has passed",
        "done": "what is done about a complaint, in its outcome; may be empty",
        "reopen": "true if the outcome of a complaint reopens the request that it is about",
        "code": "the code, in the letter access-code",
        "minutes": "for how many minutes it lasts, in the letter access-code",
        "other": "the reference of the other request, in the letter merged",
        "other_due": "by when that one is answered, in words; may be empty",
        "undone": "true if the two are no longer answered together, in the letter merged",
        "together": "a sentence for each of several requests made at once, in the letter acknowledgement-several",
        "written_on": "the date of the letter, in the message that says that a letter is there",
    }
)
LISTS = frozenset({"reckoning.steps", "together"})
"""Names that hold a list: `{% for step in reckoning.steps %}`."""
LONG = frozenset({"reason", "done", "to_come", "withheld"})
"""Names whose text may have several lines, headings and lists of its own. Every other text is one line."""
