"""What is committed under static/ is what its sources make, is ours to use, and calls nothing from elsewhere."""

import hashlib
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "sar_service" / "static"
ASSETS = ROOT / "assets"
FORBIDDEN = (
    "govuk-header__logotype",
    "govuk-footer__crown",
    "govuk-crest",
    "copyright-logo",
    "GDS Transport",
    "crown-copyright",
)
TEXT = {".css", ".js", ".svg", ".html", ".json", ".txt", ".scss", ".mjs", ".py"}
LOOKED_AT = (STATIC, ROOT / "templates", ASSETS / "sass", ROOT / "sar_service" / "web")


def texts() -> list[Path]:
    return sorted(path for folder in LOOKED_AT for path in folder.rglob("*") if path.suffix in TEXT and path.is_file())


def sum_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def manifest() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = json.loads((STATIC / "manifest.json").read_text(encoding="utf-8"))
    return found


def brands_in(text: str) -> list[str]:
    return [brand for brand in FORBIDDEN if brand.casefold() in text.casefold()]


def test_the_committed_files_were_made_from_the_committed_sources() -> None:
    sources = {name: sum_of(ASSETS / name) for name in manifest()["sources"]}
    assert sources == manifest()["sources"], "run `npm ci && npm run build` in assets/ and commit what it makes"
    results = {name: sum_of(STATIC / name) for name in manifest()["results"]}
    assert results == manifest()["results"], "a built file was changed by hand; change its source and build again"


def test_no_source_is_missing_from_the_manifest() -> None:
    there = {f"sass/{path.name}" for path in (ASSETS / "sass").glob("*.scss")}
    assert there <= set(manifest()["sources"])


def test_no_file_holds_a_brand_that_a_council_may_not_use() -> None:
    assert texts()
    found = {str(path.relative_to(ROOT)): brands_in(path.read_text(encoding="utf-8")) for path in texts()}
    assert {path: brands for path, brands in found.items() if brands} == {}


@pytest.mark.parametrize("brand", FORBIDDEN)
def test_a_forbidden_brand_would_be_seen(brand: str) -> None:
    assert brands_in(f"a {brand.upper()} b") == [brand]


def test_the_style_sheet_has_no_font_of_its_own_and_names_the_fonts_it_may_use() -> None:
    css = (STATIC / "css" / "service.css").read_text(encoding="utf-8")
    assert "@font-face" not in css
    assert "Helvetica Neue,Helvetica,Arial,sans-serif" in css.replace('"', "")


def test_nothing_is_loaded_from_another_place() -> None:
    for path in STATIC.rglob("*"):
        if path.suffix in {".css", ".js"}:
            text = path.read_text(encoding="utf-8")
            for address in re.findall(r"url\(([^)]*)\)|\bfrom\s*['\"]([^'\"]+)|import\s*\(\s*['\"]([^'\"]+)", text):
                target = next((part.strip("'\"") for part in address if part), "")
                assert not re.match(r"(https?:)?//", target), f"{path.name} loads {target}"


def test_everything_the_style_sheet_and_the_scripts_name_is_there() -> None:
    css = (STATIC / "css" / "service.css").read_text(encoding="utf-8")
    named = [part.strip("'\"") for part in re.findall(r"url\(([^)]*)\)", css) if "data:" not in part]
    assert named
    for name in named:
        assert (STATIC / "css" / name).resolve().is_file(), name
    for script in (STATIC / "js").glob("*.js"):
        for name in re.findall(r"from '([^']+)'", script.read_text(encoding="utf-8")):
            assert (script.parent / name).resolve().is_file(), f"{script.name} names {name}"


def test_the_licences_of_what_is_shipped_are_beside_it() -> None:
    for name in ("govuk-frontend", "moj-frontend"):
        shipped = (STATIC / "licences" / f"{name}.txt").read_text(encoding="utf-8")
        assert "MIT" in shipped
        assert "Copyright" in shipped
        assert shipped == (ASSETS / "licences" / f"{name}.txt").read_text(encoding="utf-8")


def test_the_lock_file_gives_sums_but_no_addresses() -> None:
    lock = (ASSETS / "package-lock.json").read_text(encoding="utf-8")
    assert "integrity" in lock
    assert "http" not in lock
    assert "resolved" not in lock


def test_the_style_sheet_cares_for_paper_for_movement_and_for_forced_colours() -> None:
    css = (STATIC / "css" / "service.css").read_text(encoding="utf-8")
    for query in ("@media print", "prefers-reduced-motion", "forced-colors"):
        assert query in css
