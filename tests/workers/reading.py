"""A round of reading the mailbox in a process of its own, killed at the point that its argument names.

"written": all is written, not committed; "committed": it is kept, and not yet moved.
"""

import os
import signal
import sys
from typing import Any

from sar_service.adapters.imap import Mailbox
from sar_service.services import incoming
from workers.jobs import incoming as job


def die(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def prepared(point: str) -> None:
    take = incoming.take
    if point == "written":

        def written(*given: Any, **named: Any) -> None:
            take(*given, **named)
            die()

        incoming.take = written  # type: ignore[assignment]
    elif point == "committed":
        Mailbox.put_away = die  # type: ignore[method-assign]


if __name__ == "__main__":
    prepared(sys.argv[1])
    job.run("northmoor")
