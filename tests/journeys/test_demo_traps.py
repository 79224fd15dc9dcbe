"""The traps of the demo council, each with what became of it: in the finished pack and on the case.

They are listed in config/demo/README.md; that they are laid is tested in `tests/demo/`. Each test looks for what must
be gone and for what must have stayed beside it: an empty pack would pass none of them.
"""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pytest

from sar_service.demo import council as councils
from sar_service.demo.council import Council
from sar_service.demo.files import OTHER_FAMILIES
from sar_service.demo.subject import CAST, MEDICAL_PHRASES, REFERRER_PHRASES
from tests.journeys.conftest import FAMILIES, NOTES, SEED, DemoRun
from tests.journeys.desk import Desk

pytestmark = pytest.mark.xdist_group("demo-run")

YES, NO = "You said: this is the person", "You said: somebody else"


@pytest.fixture(scope="module")
def council(demo_run: DemoRun) -> Council:
    return councils.prepare(demo_run.folder, seed=SEED, families=FAMILIES, notes_per_family=NOTES, fresh=False)


@pytest.fixture(scope="module")
def desk(council: Council) -> Iterator[Desk]:
    desk = Desk(council)
    yield desk
    desk.close()


def _gone(run: DemoRun, person: str) -> None:
    """Nothing that must be withheld because of this person can be read; there is something of the kind."""
    strings = run.withheld(person)
    assert strings
    assert [each for each in strings if run.names(each) or (len(each) > 6 and run.stands(each))] == []


def _pages_with(run: DemoRun, words: str) -> list[int]:
    """The numbers of the pages, from 1, on which these words stand."""
    wanted = "".join(words.split()).casefold()
    return [n for n, text in enumerate(run.text.split("\f"), 1) if wanted in "".join(text.split()).casefold()]


def _seen(run: DemoRun, page: int, folder: Path) -> str:
    """What can be read on the picture of a page."""
    picture = folder / f"page-{page}"
    subprocess.run(
        ["pdftoppm", "-r", "150", "-f", str(page), "-l", str(page), "-png", "-singlefile", run.pack, picture],
        check=True,
    )
    read = subprocess.run(["tesseract", f"{picture}.png", "-"], capture_output=True, text=True, check=True)
    return " ".join(read.stdout.split())


def test_the_run_ends_well(demo_run: DemoRun) -> None:
    assert demo_run.code == 0, demo_run.said[-3000:]
    assert "can be recovered" in demo_run.said
    assert demo_run.said.rstrip().splitlines()[-1] == str(demo_run.pack)


def test_twin(demo_run: DemoRun, desk: Desk) -> None:
    _gone(demo_run, "S0002")
    assert not demo_run.names("greenhouse")  # only in his own papers
    assert NO in desk.candidate("H-22088")
    assert NO in desk.candidate("manifest:MH-20418")
    assert desk.candidate("104173") == ""  # his own file is so plainly his that nobody is asked
    assert "Withhold" in desk.person("Denzil")


def test_same_name(demo_run: DemoRun, desk: Desk) -> None:
    assert not demo_run.stands("30 September 2011")
    for words in ("pigeons", "Pigeon loft", "Weaver's Close", "30/09/2011"):
        assert not demo_run.stands(words)
    for reference in ("221904", "H-51220", "manifest:MH-31877", "217904"):
        assert desk.candidate(reference) == ""
    assert demo_run.names("Tamsin Holloway")


def test_near_namesake(demo_run: DemoRun, desk: Desk) -> None:
    card = desk.candidate("187455")
    assert NO in card
    assert "date of birth" in card.casefold()  # they were told what to look at
    assert not demo_run.stands("8 March 2008")
    assert not demo_run.stands("BC187455")


def test_changed_surname(demo_run: DemoRun, desk: Desk) -> None:
    assert "Matched" in desk.candidate("88310") or YES in desk.candidate("88310")
    assert demo_run.names("Tamsin Rudge")
    assert demo_run.stands("You have to say the password, it's porridge.")  # of the record under that name
    assert demo_run.stands("It's like putting on a coat that was already mine.")  # and of the later one
    assert demo_run.stands("Tamsin's drawing left on the kitchen wall")  # of the tenancy under that name


def test_swapped_date(demo_run: DemoRun, desk: Desk) -> None:
    for reference in ("96112", "H-69903"):
        assert YES in desk.candidate(reference)
    assert demo_run.stands("Traced by Winston Claremont")
    assert demo_run.stands("Wants a proper oven.")


def test_name_only(demo_run: DemoRun, desk: Desk) -> None:
    assert YES in desk.candidate("named:inbox/2021-11/message 0912.eml")
    assert demo_run.stands("for the bake sale")


def test_father_without_contact(demo_run: DemoRun, desk: Desk) -> None:
    _gone(demo_run, "S0004")
    for words in ("Dyehouse", "26 3MJ", "900233"):
        assert not demo_run.stands(words)
    assert "Withhold" in desk.person("Kelvyn Rudge")
    assert demo_run.stands("is to have no contact with Tamsin")  # that there is an order is hers to know


def test_safe_address(demo_run: DemoRun, desk: Desk) -> None:
    _gone(demo_run, "S0003")
    for words in ("Larkspur", "26 8XG", "900417", "Juniper"):
        assert not demo_run.stands(words)
    row = desk.person("Morwenna Holloway")
    assert "Protected" in row
    assert "Show" in row  # her name is known to her daughter; where she is, is nobody's
    assert demo_run.names("Morwenna Holloway")
    assert demo_run.stands("If I don't know it I can't say it in my sleep.")


def test_anonymous_referrer(demo_run: DemoRun, desk: Desk) -> None:
    _gone(demo_run, "S0010")
    for phrase in REFERRER_PHRASES:
        assert not demo_run.stands(phrase)
    with pikepdf.open(demo_run.pack) as pdf:
        told = f"{pdf.docinfo!r}{pdf.open_metadata()}"
    assert "Quennell" not in told
    assert "Philippa" not in told
    assert "TP16S" in demo_run.text
    assert demo_run.stands("wishes to stay anonymous")
    assert "Withhold" in desk.person("Philippa Quennell")


def test_sibling_medical_detail(demo_run: DemoRun) -> None:
    _gone(demo_run, "S0005")
    for phrase in MEDICAL_PHRASES:
        assert not demo_run.stands(phrase)
    assert demo_run.stands("counting makes it end")  # what she did about it is hers
    assert demo_run.stands("fiftieth centile. Eyesight normal.")


def test_professionals_stay_named(demo_run: DemoRun, desk: Desk) -> None:
    named = [each.person.full for each in CAST.values() if each.standing == "professional"]
    assert len(named) > 15
    assert [name for name in named if not demo_run.names(name)] == []
    assert demo_run.names("PC Hamish Drummond")
    assert demo_run.names("Mrs Fitchett")
    assert "Withhold" not in desk.person("Sarah Penrose")


def test_other_forms_of_names(demo_run: DemoRun) -> None:
    forms = {
        form: [each.text for each in demo_run.world.withheld if each.form == form] for form in ("nickname", "misspelt")
    }
    assert all(len(texts) > 1 for texts in forms.values()), forms
    assert [text for texts in forms.values() for text in texts if demo_run.names(text)] == []
    assert demo_run.names("TAMSIN")  # and yet words in capitals are there to be read


def test_pictures_of_text(demo_run: DemoRun, tmp_path: Path) -> None:
    for hers, gone in (("hearing test was normal", "Kelvyn"), ("oven is yours", "Perpetua")):
        (page,) = _pages_with(demo_run, hers)
        seen = _seen(demo_run, page, tmp_path)
        assert hers in seen  # it can be read in the picture itself
        assert gone.casefold() not in seen.casefold()


def test_hidden_in_word(demo_run: DemoRun) -> None:
    for words in ("Juniper House by the police", "Merryn Tregear", "07700 900355", "07700 900290", "Zuleikha Farouk"):
        assert not demo_run.stands(words)
    assert demo_run.stands("Leave her out of this")  # the comment is a record as well, without the name in it
    assert demo_run.stands("Mother and baby are safe with help from the police")
    assert demo_run.stands("as well, not to be shared")  # white text on white paper


def test_hidden_in_workbook(demo_run: DemoRun) -> None:
    for name in (*OTHER_FAMILIES, *(name.split()[1] for name in OTHER_FAMILIES)):
        assert not demo_run.names(name)
    assert demo_run.stands("(hidden)")
    assert demo_run.stands("(hidden sheet)")
    assert demo_run.stands("Found at Lowmoor tram stop")
    assert demo_run.stands("Walked back by herself and made toast")


def test_nested_message(demo_run: DemoRun) -> None:
    assert demo_run.stands("The dough is sighing better at Nan's.")  # of the PDF in the message in the message
    assert demo_run.stands("Tamsin would like family time to be somewhere with a kitchen.")  # of the inner message
    assert not demo_run.stands("17 Larkspur")


def test_refused_files(demo_run: DemoRun, desk: Desk) -> None:
    page = desk.page("by-hand")
    assert len(demo_run.world.refused_files) == 3
    for path in demo_run.world.refused_files:
        name = path.rpartition("/")[2]
        assert demo_run.stands(name), f"{name} is not listed"
        assert name in page.text
    assert "Nobody has dealt with it" not in page.text
    for reason in ("it is broken", "it needs a password", "it is empty"):
        assert demo_run.stands(reason)
    assert not demo_run.stands("saw Tamsin three times")  # of the locked report: nobody guessed its password


def test_busy_system(demo_run: DemoRun, desk: Desk, council: Council) -> None:
    assert "said later (429)" in council.log.read_text(encoding="utf-8")
    row = next(
        " ".join(row.text_content().split())
        for row in desk.page("search").tree.xpath("//li[contains(@class, 'sar-search')]")
        if "Housing" in row.text_content()
    )
    assert "Records found" in row
    assert re.search(r"Housing and council tax\s+We found information: \d+ records", demo_run.text)
    assert demo_run.stands("Care leaver exemption")
