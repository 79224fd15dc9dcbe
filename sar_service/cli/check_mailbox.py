"""A check of each council's mailbox: it lets us in, and what was read can be moved away. Nothing in it is changed."""

from collections.abc import Iterable

from sar_service.adapters.imap import MailboxFailed, open_mailbox
from sar_service.services import incoming

from .check_result import Context, Result, State


def check_mailboxes(context: Context) -> Iterable[Result]:
    """Each mailbox that `controllers.yaml` names: reached, signed in to, its folders looked at."""
    for key, controller in (context.catalogue.controllers if context.catalogue else {}).items():
        box = controller.mailbox
        if box is None:
            continue
        name = f"mailbox {key}"
        if not context.environ.get(box.password.env):
            yield Result(
                name=name,
                state=State.SKIPPED if context.profile else State.WRONG,
                message=f"not tried: {box.password.env} not set in the environment",
                remedy=f"Set {box.password.env} and try again.",
            )
            continue
        address = incoming.address_of(box, context.environ)
        try:
            with open_mailbox(address) as mailbox:
                count, made = mailbox.count(), mailbox.has_done()
        except MailboxFailed as error:
            remedy = "Check the entry `mailbox` in controllers.yaml, and that the server lets this machine in."
            yield Result(name=name, state=State.FAILED, message=str(error), remedy=remedy)
            continue
        then = f"moved to {box.done_folder} once kept" if made else f"the first round makes {box.done_folder}"
        yield Result(name=name, state=State.OK, message=f"{address!r} answers, {count} to read; {then}")
