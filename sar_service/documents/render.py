"""WeasyPrint behind one function: HTML in, PDF out, with no network and no files but the project's own.

Nobody else calls WeasyPrint: a house test looks for it. `page` fills a template; what a template is given
is always escaped. Joining rendered parts into a pack is in `assemble`.
"""

import gc
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import jinja2
from PIL import ImageFile
from weasyprint import CSS, HTML
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from sar_service.documents.assets import ASSETS, TEMPLATES

ASSET_TYPES = {
    ".css": "text/css",
    ".woff2": "font/woff2",
    ".woff": "font/woff",
    ".ttf": "font/ttf",
    ".otf": "font/otf",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".svg": "image/svg+xml",
}
PICTURE_SIGNATURES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}

# WeasyPrint's warnings quote the text they complain of, which may be somebody's record.
logging.getLogger("weasyprint").propagate = False
# The typesetter lets half a picture pass for a whole one, everywhere in the process. Here a broken file must be known.
ImageFile.LOAD_TRUNCATED_IMAGES = False
logging.getLogger("fontTools").setLevel(logging.ERROR)


class RenderError(Exception):
    """A page asked for something that it may not have; nothing was written. The message names no content."""


class _ClosedFetcher(URLFetcher):
    """Answers only for the project's own packaged assets and for the pictures that the caller named."""

    def __init__(self, pictures: Mapping[str, Path]) -> None:
        super().__init__(allowed_protocols=(), allow_redirects=False, fail_on_errors=True)
        self._pictures = pictures

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
        scheme, _, rest = url.partition(":")
        media_type: str | None
        if scheme.lower() == "picture" and rest in self._pictures:
            body = self._pictures[rest].read_bytes()
            for signature, media_type in PICTURE_SIGNATURES.items():
                if body.startswith(signature):
                    return URLFetcherResponse(url, body, {"Content-Type": media_type})
            raise FatalURLFetchingError("a picture that is neither PNG nor JPEG")
        if scheme.lower() == "file":
            parts = urlsplit(url)
            path = Path(unquote(parts.path)).resolve()
            media_type = ASSET_TYPES.get(path.suffix.lower())
            inside = any(path.is_relative_to(folder) for folder in ASSETS)
            if media_type and inside and not parts.netloc and path.is_file():
                return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": media_type})
        raise FatalURLFetchingError(f"an address of the kind '{scheme[:20]}:' that is not one of the project's files")


@contextmanager
def _no_collection() -> Iterator[None]:
    """Garbage collection off while laying out: it finds nothing there and takes a fifth of the time."""
    was_on = gc.isenabled()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.unfreeze()
        if was_on:
            gc.enable()
        gc.collect()


def render(
    html: str,
    out: Path,
    *,
    css: Sequence[Path] = (),
    language: str = "en-GB",
    pictures: Mapping[str, Path] | None = None,
    tagged: bool = True,
) -> int:
    """Typeset `html` into a PDF at `out` and return how many pages it has.

    `css` are style sheets among the project's own files. `pictures` maps a name to a PNG or JPEG file that
    the HTML may use as `picture:NAME`. With `tagged` the result is written as PDF/UA-1 (ISO 14289-1), which
    needs a title and takes a sixth more time. `out` appears only once it is complete. Raises RenderError
    where the HTML asks for anything else, whatever the way it asks.
    """
    fetcher = _ClosedFetcher(pictures or {})
    unfinished = out.with_name(out.name + ".part")
    options: dict[str, Any] = {"pdf_variant": "pdf/ua-1"} if tagged else {}
    if 'lang="' not in html[:500]:
        html = html.replace("<html", f'<html lang="{language}"', 1)
    try:
        with _no_collection():
            sheets = [CSS(filename=str(sheet), url_fetcher=fetcher) for sheet in css]
            document = HTML(string=html, url_fetcher=fetcher).render(stylesheets=sheets, **options)
            document.metadata.attachments = []
            pages = len(document.pages)
            document.write_pdf(unfinished, **options)
    except FatalURLFetchingError as error:
        unfinished.unlink(missing_ok=True)
        cause = error.__cause__ or error
        reason = cause if isinstance(cause, FatalURLFetchingError) else "something that is not one of its files"
        raise RenderError(f"the page asks for {reason}") from None
    unfinished.replace(out)
    return pages


def escaped(template: str | None) -> bool:
    """Whether what a template is given is escaped: always, but for plain text (`.txt`), which nothing marks up."""
    return template is None or not template.endswith(".txt")


@lru_cache
def environment(folder: Path = TEMPLATES) -> jinja2.Environment:
    """The templates of one folder, escaped unless they are plain text, and a missing value always an error."""
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=escaped,  # noqa: S701 - on for all that is marked up
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def page(template: str, /, *, folder: Path = TEMPLATES, **values: Any) -> str:
    """The text of `template` (a path below the templates folder) filled with `values`, each of them escaped unless
    the template is plain text (`.txt`).
    """
    return environment(folder).get_template(template).render(**values)
