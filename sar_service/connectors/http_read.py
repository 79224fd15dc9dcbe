"""Reading the answers of a JSON interface: walking paths, turning pages, and items that become records.

An answer that lacks what the settings say is in it is an error and never "nothing held".
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from sar_service.domain.people import Mentioned
from sar_service.domain.search import Field, FoundDocument, FoundProblem, FoundRecord

from .base import ConnectorError
from .http_session import Session
from .http_settings import HttpDocuments, HttpRecords, OwnedRequest, Paging, Request
from .wording import as_date, as_text

_BRACES = re.compile(r"\{([^{}]+)\}")
_LINK = re.compile(r"<([^>]*)>\s*;([^,<]*)")
_ABSENT = object()


def walk(item: Any, path: str) -> list[Any]:
    """The values at a path such as `name.first` or `contacts[*].phone`; an empty list where there is none."""
    found = [item]
    for step in path.split(".") if path else ():
        name, every = (step[:-3], True) if step.endswith("[*]") else (step, False)
        if name:
            found = [each[name] for each in found if isinstance(each, Mapping) and name in each]
        if every:
            found = [one for each in found if isinstance(each, list) for one in each]
    return [each for each in found if each is not None]


def getter(item: Any) -> Callable[[str], list[Any]]:
    """A function from path to the plain values that an item holds there; a list of values counts as
    several."""

    def get(path: str) -> list[Any]:
        values = walk(item, path)
        return [one for each in values for one in (each if isinstance(each, list) else [each])]

    return get


def filled(template: str, values: Mapping[str, str]) -> str:
    """A path with its placeholders filled in, each value quoted so that it stays one part of the path."""

    def part(found: re.Match[str]) -> str:
        value = values[found[1]]
        if value in {".", "..", ""}:
            raise ConnectorError("The system gave a key that cannot stand in a path.", permanent=True)
        return quote(value, safe="")

    return _BRACES.sub(part, template)


def pages(session: Session, request: Request, values: Mapping[str, str], *, most: int) -> Iterator[list[Any]]:
    """The items of each part of an answer, until there are no more. Raises ConnectorError, also when the
    system goes round in a circle or has more than `most` parts."""
    path: str = filled(request.path, values)
    params = {name: _BRACES.sub(lambda found: values[found[1]], value) for name, value in request.params.items()}
    paging, read = request.paging, 0
    if paging is not None and paging.size_param:
        params[paging.size_param] = str(paging.size)
    if paging is not None and paging.kind in {"page", "offset"}:
        params[paging.param] = str(paging.first if paging.kind == "page" else 0)
    seen: set[str] = set()
    for _ in range(most):
        answer, headers = session.ask(path, shown=request.path, params=params, nothing=request.nothing_status)
        if answer is None:
            return
        items = items_of(answer, request)
        mark = hashlib.sha256(json.dumps([path, params, items], sort_keys=True).encode()).hexdigest()
        if paging is not None and paging.kind in {"page", "offset"} and items:
            # Some systems answer a page after the last with the last: the same items again are the end.
            mark = hashlib.sha256(json.dumps(items, sort_keys=True).encode()).hexdigest()
            if mark in seen:
                return
        elif mark in seen:
            raise ConnectorError(f"The pages of {request.path} lead round in a circle.", permanent=True)
        seen.add(mark)
        yield items
        read += len(items)
        if paging is None:
            return
        onward = _onward(session, paging, answer, headers, items, read, params)
        if onward is None:
            return
        path, params = onward if isinstance(onward, tuple) else (path, onward)
    raise ConnectorError(f"{request.path} has more than {most} pages: raise `limits.pages`.", permanent=True)


def _onward(
    session: Session,
    paging: Paging,
    answer: Any,
    headers: Any,
    items: list[Any],
    read: int,
    params: dict[str, str],
) -> dict[str, str] | tuple[str, dict[str, str]] | None:
    if paging.kind in {"page", "offset"}:
        total = next(iter(walk(answer, paging.total)), None) if paging.total else None
        if isinstance(total, int) and read >= total:
            return None
        if not items:
            if isinstance(total, int):
                raise ConnectorError(f"The system said that it holds {total} items and gave {read}.")
            return None
        step = int(params[paging.param]) + 1 if paging.kind == "page" else read
        return {**params, paging.param: str(step)}
    if paging.kind == "cursor":
        cursor = next(iter(walk(answer, paging.cursor)), None)
        return {**params, paging.param: as_text(cursor)} if as_text(cursor) else None
    if paging.kind == "next":
        address = as_text(next(iter(walk(answer, paging.next)), None))
    else:
        links = _LINK.findall(headers.get("link", ""))
        address = next((url for url, rest in links if re.search(r'rel="?next"?', rest)), "")
    return (session.place(address), {}) if address else None


def items_of(answer: Any, request: Request) -> list[Any]:
    """The list of items in an answer. An answer without what `items` names is an error, not an empty list."""
    found: Any = answer
    for step in request.items.removesuffix("[*]").split(".") if request.items.removesuffix("[*]") else ():
        found = found.get(step, _ABSENT) if isinstance(found, Mapping) else _ABSENT
    if found is _ABSENT:
        raise ConnectorError(
            f"The answer from {request.path} has no {request.items!r}, where its items should be.",
            permanent=True,
        )
    if found is None:
        return []
    items = found if isinstance(found, list) else [found]
    if not all(isinstance(item, Mapping) for item in items):
        raise ConnectorError(
            f"The items in the answer from {request.path} are not objects with named values.", permanent=True
        )
    return items


def belongings(
    session: Session, spec: HttpRecords | HttpDocuments, about: str, *, most_items: int, most_pages: int
) -> Iterator[FoundRecord | FoundDocument | FoundProblem]:
    """Everything of one kind that belongs to a candidate, as records or documents."""
    read = 0
    for items in pages(session, spec, {"key": about}, most=most_pages):
        for item in items:
            if read >= most_items:
                yield FoundProblem(
                    ref=f"{spec.name}:more:{about}",
                    about=about,
                    section=spec.section,
                    title=f"More {spec.section.lower()} than could be read",
                    reason=f"The first {most_items} were read; more exist. Raise `limits` for this system.",
                )
                return
            read += 1
            yield (
                _document(session, spec, item, about) if isinstance(spec, HttpDocuments) else _record(spec, item, about)
            )


def _record(spec: HttpRecords, item: Any, about: str) -> FoundRecord:
    fields = []
    for path, shown in spec.fields.items():
        words = [as_text(value, codes=shown.codes, dated=shown.date) for value in walk(item, path)]
        text = ("\n\n" if shown.form == "prose" else ", ").join(word for word in words if word)
        if text:
            fields.append(Field(label=shown.label, value=text, form=shown.form))
    return FoundRecord(
        ref=f"{spec.name}:{_key(spec, item)}",
        about=about,
        section=spec.section,
        title=_title(spec, item),
        on=_on(spec, item),
        fields=tuple(fields),
        people=_people(spec, item),
    )


def _document(session: Session, spec: HttpDocuments, item: Any, about: str) -> FoundDocument | FoundProblem:
    key, title = _key(spec, item), _title(spec, item)
    try:
        if spec.content is not None:
            path = filled(spec.content, {"key": key, "person": about})
        else:
            path = as_text(next(iter(walk(item, spec.link or "")), None))
            if not path:
                raise ConnectorError("The system lists this document but says nowhere where it is.")
        session.place(path)
    except ConnectorError as error:
        return FoundProblem(
            ref=f"document:{spec.name}:{key}",
            about=about,
            section=spec.section,
            title=title,
            reason=str(error),
        )
    size = as_text(next(iter(walk(item, spec.size)), None)) if spec.size else ""
    return FoundDocument(
        ref=f"document:{spec.name}:{path}",
        about=about,
        section=spec.section,
        title=title,
        on=_on(spec, item),
        file_name=as_text(next(iter(walk(item, spec.file_name)), None)) or "document",
        size=int(size) if size.isdigit() and len(size) < 16 else None,
        people=_people(spec, item),
        why="listed by the system with the person's own records",
    )


def _key(spec: OwnedRequest, item: Any) -> str:
    key = as_text(next(iter(walk(item, spec.key)), None))
    if not key:
        raise ConnectorError(f"An item from {spec.path} has no {spec.key!r}, its own key.", permanent=True)
    return key


def _title(spec: OwnedRequest, item: Any) -> str:
    fields = spec.fields if isinstance(spec, HttpRecords) else {}

    def word(found: re.Match[str]) -> str:
        shown = fields.get(found[1])
        codes, dated = (shown.codes, shown.date) if shown else (None, False)
        return ", ".join(as_text(value, codes=codes, dated=dated) for value in walk(item, found[1]))

    return " ".join(_BRACES.sub(word, spec.title).split())[:300] or spec.section


def _on(spec: OwnedRequest, item: Any) -> Any:
    return as_date(next(iter(walk(item, spec.on)), None)) if spec.on else None


def _people(spec: OwnedRequest, item: Any) -> tuple[Mentioned, ...]:
    found = []
    for mention in spec.people:
        for each in walk(item, mention.items) if mention.items else [item]:
            for one in each if isinstance(each, list) else [each]:
                person = mention.mentioned(getter(one))
                if person is not None:
                    found.append(person)
    return tuple(found)
