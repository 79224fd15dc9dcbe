"""How the request form asks what is wanted, right by right: whoever wants something put right asks for no file."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from sar_service.domain.rights import Right


@dataclass(frozen=True)
class Wanted:
    """The words of one right: `title` of the page, `before` the questions, and the first question itself."""

    title: Any
    before: Any
    label: Any
    hint: Any
    required: Any


WANTED: Mapping[Right, Wanted] = {
    Right.ACCESS: Wanted(
        title=_l("What you would like"),
        before=_l(
            "You can ask for everything. If there is something in particular, say so: we can find it sooner, and you "
            "have less to read."
        ),
        label=_l("What would you like?"),
        hint=_l("For example: everything you hold, or the time I lived in Elm Road"),
        required=_l("Tell us what you would like"),
    ),
    Right.RECTIFICATION: Wanted(
        title=_l("What is wrong"),
        before=_l(
            "Say where you saw it, if you can, and what would be right. If something shows it, tell us what: you need "
            "not send it now. What is unfinished can be completed too."
        ),
        label=_l("What is wrong, and what should it say?"),
        hint=_l("For example: the report of May 2024 says that I moved in March, but it was in June"),
        required=_l("Tell us what is wrong, and what it should say"),
    ),
    Right.ERASURE: Wanted(
        title=_l("What should be deleted"),
        before=_l(
            "You need not know the law. The law makes us keep some records, such as those of children in care: if that "
            "is so, we tell you which, and why."
        ),
        label=_l("What should we delete, and why?"),
        hint=_l("For example: the photographs on your website, because I never agreed to them"),
        required=_l("Tell us what we should delete"),
    ),
    Right.RESTRICTION: Wanted(
        title=_l("What we should stop using for now"),
        before=_l("We then keep it and do little else with it until the question behind it is settled."),
        label=_l("What should we stop using, and why?"),
        hint=_l("For example: the assessment that I say is wrong, until you have checked it"),
        required=_l("Tell us what we should stop using"),
    ),
    Right.OBJECTION: Wanted(
        title=_l("What you object to"),
        before=_l("Say what it means for you or your family: we have to weigh that, and to stop unless we may go on."),
        label=_l("What do you object to, and why?"),
        hint=_l("For example: that my details go to a partner organisation, because somebody I know works there"),
        required=_l("Tell us what you object to"),
    ),
    Right.PORTABILITY: Wanted(
        title=_l("What you would like to take with you"),
        before=_l(
            "This is for what you gave us yourself and agreed to or have a contract about. For everything else, ask to "
            "see the information that we hold."
        ),
        label=_l("What would you like, and where should it go?"),
        hint=_l("For example: what I typed into my online account, as a file for another service"),
        required=_l("Tell us what you would like to take with you"),
    ),
    Right.AUTOMATED_DECISION: Wanted(
        title=_l("Which decision it is about"),
        before=_l("A person then looks at it again, and you can say what you think of it."),
        label=_l("Which decision is it, and what do you think of it?"),
        hint=_l("For example: the letter of 3 March says that I get no support, and does not mention my son"),
        required=_l("Tell us which decision it is about"),
    ),
    Right.WITHDRAW_CONSENT: Wanted(
        title=_l("Which consent you take back"),
        before=_l("It takes effect at once. What we did before with your consent stays lawful."),
        label=_l("Which consent do you take back?"),
        hint=_l("For example: that you may pass on my number to the youth club"),
        required=_l("Tell us which consent you take back"),
    ),
}


def wanted(draft: Mapping[str, Any]) -> Wanted:
    """The words for the right that was chosen; those for a copy while none is."""
    chosen = draft.get("who", {}).get("right", "")
    return next((words for right, words in WANTED.items() if right.value == chosen), WANTED[Right.ACCESS])
