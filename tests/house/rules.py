"""The house rules that no ready-made linter knows, as functions from a file's text to what is wrong with it.

`test_rules.py` applies each to the whole tree, and shows for each that it notices when it is broken.
"""

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LONGEST = 400
VAGUE = {"utils", "util", "helpers", "helper", "common", "misc", "constants", "forms", "stuff", "base_utils"}
TIMELESS = ("sar_service/domain/", "sar_service/documents/", "sar_service/services/")
# Where the session's own rules are kept: the commit rule, undoing before an error page, and asking whether it answers.
SESSION = {
    "sar_service/web/access.py",
    "sar_service/web/errors.py",
    "sar_service/web/health.py",
}
BRAND = ("govuk-header__logotype", "govuk-footer__crown", "govuk-crest", "GDS Transport")


@cache
def tracked() -> tuple[str, ...]:
    """Every file of the project, tracked or about to be; nothing that is ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return tuple(sorted({name for name in listed.split("\0") if name and (ROOT / name).is_file()}))


def python(*folders: str) -> Iterator[tuple[str, str]]:
    """Name and text of every Python file below the folders."""
    for name in tracked():
        if name.endswith(".py") and name.startswith(tuple(f"{folder}/" for folder in folders)):
            yield name, (ROOT / name).read_text()


def too_long(name: str, text: str) -> list[str]:
    count = text.count("\n")
    return [f"{name}: {count} lines; split it by verb at {LONGEST}"] if count > LONGEST else []


def vague_name(name: str, _text: str) -> list[str]:
    return [f"{name}: says nothing about what is inside"] if Path(name).stem in VAGUE else []


def without_opening(name: str, text: str) -> list[str]:
    """A module opens by saying what is here; an empty package file says it by being empty."""
    if not text.strip() or ast.get_docstring(ast.parse(text)):
        return []
    return [f"{name}: opens without saying what is here"]


def reads_the_time(name: str, text: str) -> list[str]:
    """Time is an argument in the rules, the document room and the services."""
    if not name.startswith(TIMELESS):
        return []
    return [
        f"{name}:{node.lineno}: asks for the time; take it as an argument"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("today", "now", "utcnow")
        and _last_name(node.func.value) in ("date", "datetime")
    ]


def touches_session(name: str, text: str) -> list[str]:
    """Pages never query, add or commit: services do the first two, one rule in `web/access.py` the last."""
    if not name.startswith("sar_service/web/") or name in SESSION:
        return []
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Attribute) and node.attr == "session" and _last_name(node.value) == "db":
            found.append(node)
    allowed = _rollbacks(text)
    return [
        f"{name}:{node.lineno}: uses the database session; ask a service"
        for node in found
        if node.lineno not in allowed
    ]


def _rollbacks(text: str) -> set[int]:
    """The lines that only undo: a view that shows a form again may throw away what was half done."""
    return {number for number, line in enumerate(text.splitlines(), 1) if line.strip() == "db.session.rollback()"}


def commits(name: str, text: str) -> list[str]:
    """Services flush and never commit: whoever called them knows when the whole is done."""
    if not name.startswith(("sar_service/services/", "sar_service/web/")) or name == "sar_service/web/access.py":
        return []
    return [
        f"{name}:{node.lineno}: commits"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit"
    ]


def pickles(name: str, text: str) -> list[str]:
    return [
        f"{name}: imports {module}, which runs what it reads"
        for module in _imports(text)
        if module.split(".")[0] in ("pickle", "cPickle", "dill", "cloudpickle", "shelve", "marshal", "jsonpickle")
    ]


def typesets(name: str, text: str) -> list[str]:
    """Only one module hands HTML to WeasyPrint, so that nothing is laid out without its deny-all fetcher."""
    if name == "sar_service/documents/render.py":
        return []
    tree = ast.parse(text)
    found = [
        f"{name}:{node.lineno}: takes {', '.join(alias.name for alias in node.names)} from WeasyPrint"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "weasyprint"
    ]
    return found + [
        f"{name}:{node.lineno}: calls WeasyPrint"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and _last_name(node.value) == "weasyprint"
    ]


def skips(name: str, text: str) -> list[str]:
    """Every test is run, on every machine."""
    found = re.findall(r"pytest\.(?:mark\.)?(?:skip|skipif|xfail|importorskip)\b", text)
    return [f"{name}: {each}" for each in found] if not name.endswith("house/rules.py") else []


def shells(name: str, text: str) -> list[str]:
    return [
        f"{name}:{node.lineno}: starts a shell"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.keyword) and node.arg == "shell" and getattr(node.value, "value", None) is not False
    ]


def lost_words(name: str, text: str) -> list[str]:
    """No string stands alone but where it explains something: the second half of a sentence is lost so in silence.

    It may open a module, class or function, or follow what is set there.
    """
    found = []
    for node in ast.walk(ast.parse(text)):
        for block in (getattr(node, part, None) for part in ("body", "orelse", "finalbody")):
            if not isinstance(block, list):
                continue
            told = isinstance(node, ast.Module | ast.ClassDef)  # what is set here may be explained
            opens = told or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            for before, statement in zip([None, *block], block, strict=False):
                value = statement.value if isinstance(statement, ast.Expr) else None
                alone = isinstance(value, ast.JoinedStr) or isinstance(getattr(value, "value", None), str)
                explains = opens if before is None else told and isinstance(before, ast.Assign | ast.AnnAssign)
                if alone and not explains:
                    found.append(f"{name}:{statement.lineno}: words that nobody gets")
    return found


def branded(name: str, text: str) -> list[str]:
    return [f"{name}: {mark}" for mark in BRAND if mark in text]


def addresses(name: str, text: str) -> list[str]:
    """No address of a package registry and no path of somebody's machine."""
    pattern = (
        r"https?://[^\s\"']*(?:pypi|pythonhosted|registry\.npmjs|npmjs\.org|artifactory|nexus|jfrog)[^\s\"']*"
        r"|--(?:extra-)?index-url[= ]\S*://\S*|(?<![\w.~-])/(?:work|home|Users|root)/[a-z]\w*[\w/.-]*"
    )
    return [f"{name}: {found}" for found in re.findall(pattern, text)]


def _imports(text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
