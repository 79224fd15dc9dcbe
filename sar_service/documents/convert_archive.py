"""Zip archives: their members, taken out one by one within limits. Nothing is ever written under a member's
own name.

`open_zip` and `take` are also how the readers of office files open theirs.
"""

import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from sar_service.documents.draft import Draft
from sar_service.documents.kinds import NEEDS_PASSWORD, check_zip
from sar_service.documents.pages import Limits
from sar_service.domain.errors import Refused

LITTER = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")
BLOCK = 1024 * 1024
SMALL = 1024 * 1024  # what packs to almost nothing is no danger below this


def open_zip(path: Path) -> zipfile.ZipFile:
    """An archive with a list of contents of sane length. Raises Refused where it is broken or too long."""
    check_zip(path)
    try:
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise Refused("it is a zip or Office file that is broken: ask for the file again") from error


def take(archive: zipfile.ZipFile, info: zipfile.ZipInfo, *, limits: Limits, most: int) -> bytes:
    """The bytes of one member, never more than `most`, whatever the archive says of its size.

    Raises Refused with the reason: a password, an unknown packing, too large, packed too tightly, broken.
    """
    if info.flag_bits & 0x1:
        raise Refused(NEEDS_PASSWORD)
    if info.file_size > most:
        raise Refused(f"it unpacks to more than {most // 1024**2} MB")
    packed = max(1, info.compress_size)
    if info.file_size > SMALL and info.file_size / packed > limits.ratio:
        raise Refused("it is packed so tightly that it may be an attack")
    parts: list[bytes] = []
    taken = 0
    try:
        with archive.open(info) as stream:
            while part := stream.read(BLOCK):
                taken += len(part)
                if taken > most:
                    raise Refused(f"it unpacks to more than {most // 1024**2} MB")
                if taken > SMALL and taken / packed > limits.ratio:
                    raise Refused("it is packed so tightly that it may be an attack")
                parts.append(part)
    except NotImplementedError as error:
        raise Refused("it is packed in a way that is not known") from error
    except RuntimeError as error:
        raise Refused(NEEDS_PASSWORD) from error
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
        raise Refused("it is broken inside the archive") from error
    return b"".join(parts)


def read_archive(path: Path, draft: Draft) -> None:
    """Every member of a zip archive, at this level only.

    Members that cannot be taken out are kept with their reason; an archive in which every member is locked,
    or whose members together are over a limit, is refused as a whole.
    """
    with open_zip(path) as archive:
        infos = [info for info in archive.infolist() if not info.is_dir()]
        if not infos:
            raise Refused("it is an archive that holds no files")
        if all(info.flag_bits & 0x1 for info in infos):
            raise Refused(NEEDS_PASSWORD)
        if len(infos) > draft.limits.members:
            raise Refused(f"it holds more than {draft.limits.members} files: unpack it and put them in by parts")
        if archive.comment:
            draft.left_out("archive", "comment", archive.comment.decode("utf-8", "replace"))
        left = draft.limits.unpacked
        for number, info in enumerate(infos, 1):
            where = f"archive member {number}"
            name = PurePosixPath(info.filename.replace("\\", "/")).name
            if any(mark in info.filename for mark in LITTER):
                draft.left_out(where, "file that the computer made for itself", info.filename)
                continue
            draft.left_out(where, "file name", info.filename)
            if stat.S_ISLNK(info.external_attr >> 16):
                draft.member_problem(name, "it is a link to another place and not a file")
                continue
            try:
                raw = take(archive, info, limits=draft.limits, most=min(draft.limits.bytes, max(left, 1)))
            except Refused as refusal:
                if info.file_size > left:
                    raise Refused(
                        f"it unpacks to more than {draft.limits.unpacked // 1024**2} MB: put it in by parts"
                    ) from refusal
                draft.member_problem(name, str(refusal))
                continue
            left -= len(raw)
            draft.member(name, raw)
    draft.heading("An archive of files", level=1)
    count = len(draft.members)
    draft.text(f"It holds {count} {'file' if count == 1 else 'files'}, each of which follows.", kind="note")
