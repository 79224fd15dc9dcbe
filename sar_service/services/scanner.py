"""Showing files that people send to the virus scanner, before anything of them is read or kept.

No transaction is open meanwhile: nobody waits for a scanner that hangs but whoever sent the files.
"""

import time
from collections.abc import Sequence

from sar_service.adapters.scanner import ScannerSilent, ScannerTakesLess
from sar_service.db import let_go
from sar_service.domain.errors import InvalidInput
from sar_service.extensions import runtime

SECONDS = 20  # all files of one upload together have so long


def refuse(files: Sequence[tuple[str, bytes]], *, field: str, instead: str = "") -> None:
    """Let files through in which nothing was found; they are names with their bytes. Raises InvalidInput for all of
    them if something was found in one, or if one could not be looked at: then none is to be kept.

    The transaction ends before that, with nothing written in it: whatever must be so is asked again afterwards.

    `instead` is what else could be done, as the end of a sentence: ", or show the document in another way".
    """
    let_go()
    until = time.monotonic() + SECONDS
    several = len(files) > 1
    for name, content in files:
        kept = f"so {'none of the files was' if several else 'it was not'} kept"
        try:
            found = runtime().scanner.look(content, seconds=max(0.1, until - time.monotonic()))
        except ScannerTakesLess as error:
            raise InvalidInput(
                f"{name or 'This file'} is larger than our virus scanner takes, {kept}. Make it smaller{instead}.",
                field=field,
            ) from error
        except ScannerSilent as error:
            raise InvalidInput(
                f"We cannot check files for viruses at the moment, {kept.replace('it was not', 'this one was not')}. "
                f"Try again later{instead}.",
                field=field,
            ) from error
        if found:
            raise InvalidInput(
                f"A virus scanner found {found} in {name or 'this file'}, {kept}. "
                f"Do not open it again. Take another copy{instead}.",
                field=field,
            )
