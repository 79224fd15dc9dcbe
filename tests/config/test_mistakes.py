"""Mistakes in config/: each is reported with its file, its line, where it stands and what to do, all at once."""

import random
from dataclasses import dataclass
from pathlib import Path

import pytest

from sar_service.catalogue import Catalogue, CatalogueError, load

ENVIRON = {"EDUCATION_DB_PASSWORD": "correct horse", "HOUSING_TOKEN": "battery staple"}
NOTICE, DATABASE, COUNCILS = "notices/notice.yaml", "systems/database.yaml", "controllers.yaml"


@dataclass(frozen=True)
class Case:
    """In `file`, `old` becomes `new`; then the line that holds `marker` has a mistake at `path` that says `words`."""

    file: str
    old: str
    new: str
    marker: str
    path: str
    words: str

    def spoil(self, home: Path) -> None:
        file = home / self.file
        text = file.read_text()
        assert text.count(self.old) == 1, f"{self.old!r} stands {text.count(self.old)} times in {self.file}"
        file.write_text(text.replace(self.old, self.new))

    def line(self, home: Path) -> int:
        lines = (home / self.file).read_text().splitlines()
        found = [number for number, line in enumerate(lines, 1) if self.marker in line]
        assert found, f"{self.marker!r} is not in {self.file}"
        return found[-1]


CASES = [
    Case(NOTICE, "source_document: Privacy notice - children missing education\n", "", "key: notice",
         "source_document", "is missing: add it"),
    Case(NOTICE, "transfers: []\n", "", "key: notice", "transfers", "or `absent` if it does not say"),
    Case(NOTICE, "rights_offered:\n", "rights_ofered: []\nrights_offered:\n", "rights_ofered",
         "rights_ofered", 'did you mean "rights_offered"?'),
    Case(NOTICE, "sources:\n  - schools\n", "sources: schools\n", "sources: schools", "sources",
         "must be a list"),
    Case(NOTICE, "2026-01-31", "2026-02-31", "2026-02-31", "dated_on", "must be a date like 2019-11-29"),
    Case(NOTICE, "9(2)(g)", "9(2)(z)", "words: substantial", "special_category_bases[0]", "must be one of 9(2)(a)"),
    Case(NOTICE, "  - words: legal obligation\n    article: 6(1)(c)\n    statute", "  - statute",
         "statute: Education Act", "lawful_bases[0]", "needs `words` (the notice's own) or `article`"),
    Case(NOTICE, "name: Data Protection Officer\n    email: dpo@example.gov.uk",
         "name: Data Protection Officer\n    email: '[email protected]'", "protected]", "contacts[0].email",
         "must be one e-mail address"),
    Case(NOTICE, "url: https://ico", "url: ico", "url: ico", "complaint_routes[1].url", "must be a web address"),
    Case(NOTICE, "to: commissioner", "to: comissioner", "comissioner", "complaint_routes[1].to",
         'did you mean "commissioner"?'),
    Case(NOTICE, "controllers: [example]", "controllers: [exampel]", "exampel", "controllers[0]",
         'there is no controller "exampel" in controllers.yaml; did you mean "example"?'),
    Case(NOTICE, 'version: "1.0"', "version: 1.0", "version: 1.0", "version", "must be text; put it in quotes"),
    Case(NOTICE, "processors: absent", 'processors: {absent: ""}', "processors", "recipients.processors",
         'write `absent`, or {absent: "a remark in words"}'),
    Case(NOTICE, "partner_bodies: absent", "partner_bodies: [{name: The archive, system: archive}]",
         "partner_bodies", "partner_bodies[0].system", 'there is no system "archive" in systems/'),
    Case(NOTICE, "    authority: the council's retention schedule",
         "    authority: absent\n    rule: no-such-rule", "no-such-rule", "retention[0].rule",
         'there is no rule "no-such-rule" in retention.yaml'),
    Case(NOTICE, "  - health\n", '  - ""\n', '- ""', "special_categories[0]", "is empty"),
    Case(NOTICE, "made: false", "made: perhaps", "perhaps", "automated_decisions.made", "must be true or false"),
    Case(DATABASE, "kind: sql", "kind: slq", "slq", "kind", 'did you mean "sql"?'),
    Case(DATABASE, "password: {env: EDUCATION_DB_PASSWORD}", "password: hunter2", "password", "settings.password",
         "a secret is never written in a file"),
    Case(DATABASE, "    - table: attendance", "    - tabel: attendance", "tabel", "settings.records[0].tabel",
         'did you mean "table"?'),
    Case(DATABASE, "    table: pupil\n", "", "person:", "settings.person.table", "is missing: add it"),
    Case(DATABASE, "notice: notice", "notice: notise", "notise", "notice", 'did you mean "notice"?'),
    Case(DATABASE, "key: database", "key: data-base", "data-base", "key", 'must be "database"'),
    Case(DATABASE, "held_about: [pupils, parents and carers]", "held_about: []", "held_about", "held_about",
         "needs at least 1 item"),
    Case(DATABASE, "why_searched:", "settings_like: demo/education\nwhy_searched:", "settings_like",
         "settings_like", "needs either `settings` or `settings_like`, and not both"),
    Case(DATABASE, "{env: EDUCATION_DB_PASSWORD}", "{env: OTHER_PASSWORD}", "OTHER_PASSWORD",
         "settings.password", "the environment variable OTHER_PASSWORD is not set"),
    Case(DATABASE, "email: education.systems@example.gov.uk", "email: two@a.gov.uk two@b.gov.uk", "two@",
         "owner.email", "must be one e-mail address"),
    Case("systems/partner.yaml", "settings:\n  addressee:", "settings_like: demo/nowhere\nx-settings:\n  addressee:",
         "x-settings", "x-settings", "is not a key that belongs here"),
    Case("systems/partner.yaml", "    email: office", "    e-mail: office", "e-mail", "settings.addressee.e-mail",
         'did you mean "email"?'),
    Case("systems/colleague.yaml", "kind: manual\n", "kind: manual\ncontrollers: [exampel]\n", "exampel",
         "controllers[0]", 'there is no controller "exampel"'),
    Case(COUNCILS, "email: foi@example.gov.uk", "email: foi", "email: foi", "controllers[0].routes.foi.email",
         "must be one e-mail address"),
    Case(COUNCILS, "      police:\n", "      polise:\n", "polise", "controllers[0].routes.polise",
         'did you mean "police"?'),
    Case(COUNCILS, "        email: records@example.nhs.uk\n", "", "others:", "controllers[0].others",
         "item 1 needs a name and an email"),
    Case(COUNCILS, "nation: england-and-wales", "nation: england", "nation", "controllers[0].nation",
         'did you mean "england-and-wales"?'),
    Case(COUNCILS, 'brand: "#1f4e5f"', 'brand: "#ffff00"', "colours", "controllers[0].colours",
         "has a contrast of 1.1 to 1"),
    Case(COUNCILS, "portal_days: 30", "portal_days: 999", "999", "controllers[0].delivery.portal_days",
         "must be at most 365"),
    Case(COUNCILS, "methods: [portal, post]", "methods: [portal, poste]", "poste",
         "controllers[0].delivery.methods[1]", 'did you mean "post"?'),
    Case(COUNCILS, "languages: [en]", "languages: [english]", "languages", "controllers[0].languages",
         "item 1 is not"),
    Case(COUNCILS, "    ico_registration", "    logo: ../../etc/passwd\n    ico_registration", "logo",
         "controllers[0].logo", "must be the name alone"),
    Case(COUNCILS, "key: example", "key: Example Council", "Example Council", "controllers[0].key",
         "lower-case words joined by hyphens"),
    Case("exemptions.yaml", "code: TP16S", "code: TP16", "code: TP16\n".strip(), "exemptions[1].code",
         '"TP16" is used already on line'),
    Case("exemptions.yaml", "code: NPD", "code: LPP", "code: LPP", "dispositions[0].code",
         "is already the code of an exemption"),
    Case("retention.yaml", "keep: {years: 100}", "keep: {years: -1}", "-1", "rules[8].keep.years",
         "must be at least 0"),
    Case("retention.yaml", "from: order", "from: oder", "oder", "rules[8].from", 'did you mean "order"?'),
    Case("retention.yaml", "what: An online form", "wat: An online form", "wat:", "rules[3].wat",
         'did you mean "what"?'),
    Case("holidays.yaml", "2026-06-15", "86400", "86400", "holidays[0].on", "must be a date"),
    Case("holidays.yaml", "2026-06-15", "2026-06-31", "2026-06-31", "holidays[0].on", "must be a date"),
]  # fmt: skip

HIDING = ("kind", "settings_like", "x-settings", "controllers[0].key", "exemptions[1].code")
"""Mistakes after which others of the cases are no longer the same: another kind has other settings."""


def mistakes_in(home: Path) -> list[tuple[str, int, str, str]]:
    with pytest.raises(CatalogueError) as caught:
        load(home, environ=ENVIRON)
    return [
        (str(Path(each.file).relative_to(home)), each.line, each.path, each.message) for each in caught.value.mistakes
    ]


def test_what_the_cases_spoil_is_good_before(begun: Path) -> None:
    assert isinstance(load(begun, environ=ENVIRON), Catalogue)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.file}-{case.new[:30]}")
def test_each_mistake_is_told_with_file_line_path_and_what_to_do(begun: Path, case: Case) -> None:
    case.spoil(begun)
    found = mistakes_in(begun)
    line = case.line(begun)
    assert any(
        (file, path) == (case.file, case.path) and at == line and case.words in message
        for file, at, path, message in found
    ), (line, found)


def test_all_mistakes_are_told_at_once(begun: Path) -> None:
    together = []
    for case in CASES:
        text = (begun / case.file).read_text()
        if text.count(case.old) == 1 and case.path not in HIDING:
            case.spoil(begun)
            together.append(case)
    found = mistakes_in(begun)
    assert len(together) >= 30
    unsaid = [
        case
        for case in together
        if not any((file, path) == (case.file, case.path) and case.words in say for file, _, path, say in found)
    ]
    assert unsaid == []


def test_one_mistake_brings_no_others_with_it(begun: Path) -> None:
    """A notice that cannot be used does not make every system that names it wrong as well."""
    (begun / NOTICE).write_text((begun / NOTICE).read_text().replace("transfers: []\n", ""))
    assert [path for _, _, path, _ in mistakes_in(begun)] == ["transfers"]
    (begun / NOTICE).write_text("key: 'open\n")
    assert [file for file, _, _, _ in mistakes_in(begun)] == [NOTICE]


def test_a_value_in_a_secret_field_is_never_repeated(begun: Path) -> None:
    file = begun / DATABASE
    file.write_text(file.read_text().replace("{env: EDUCATION_DB_PASSWORD}", "hunter2-Tr0ub4dor"))
    with pytest.raises(CatalogueError) as caught:
        load(begun, environ=ENVIRON)
    assert "hunter2" not in str(caught.value)
    assert "hunter2" not in repr(caught.value.mistakes)


def test_secrets_are_in_no_part_of_a_good_catalogue(begun: Path) -> None:
    assert "correct horse" not in repr(load(begun, environ=ENVIRON))


def test_names_in_the_environment_are_not_looked_up_unless_asked(begun: Path) -> None:
    assert load(begun).system("database").settings["password"] == {"env": "EDUCATION_DB_PASSWORD"}


def test_whatever_is_done_to_a_file_ends_in_a_catalogue_or_in_mistakes(begun: Path) -> None:
    chance = random.Random(20260615)
    junk = ["null", "[]", "{}", "true", "12", "1.5", "- x", "{env: A}", "absent", "''", "[[]]", "{a: {b: c}}", ":"]
    files = sorted(path for path in begun.rglob("*.yaml") if path.name != "exemptions.yaml")
    refused = 0
    for _ in range(80):
        file = chance.choice(files)
        text = file.read_text()
        lines = text.split("\n")
        at = chance.randrange(len(lines))
        key, _, _ = lines[at].partition(":")
        lines[at] = chance.choice([f"{key}: {chance.choice(junk)}", f"  {lines[at]}", lines[at][: len(key) // 2]])
        file.write_text("\n".join(lines))
        try:
            load(begun, environ=ENVIRON).gaps()
        except CatalogueError as error:
            refused += 1
            assert all(each.message and each.file for each in error.mistakes)
            assert error.mistakes
        file.write_text(text)
    assert refused > 20


def test_a_logo_that_is_not_there_is_told_and_one_that_is_there_is_taken(begun: Path) -> None:
    file = begun / COUNCILS
    file.write_text(file.read_text().replace("    ico_registration", "    logo: logo.png\n    ico_registration"))
    [(_, _, path, message)] = mistakes_in(begun)
    assert (path, message) == ("controllers[0].logo", "there is no such file beside controllers.yaml")
    (begun / "logo.png").write_bytes(b"")
    assert load(begun).controller("example").logo == "logo.png"


def test_two_councils_with_one_key_are_told(begun: Path) -> None:
    file = begun / COUNCILS
    text = file.read_text()
    entry = text[text.index("  - key: example") :]
    file.write_text(text + entry)
    again = text.count("\n") + 1
    assert mistakes_in(begun) == [
        (COUNCILS, again, "controllers[1].key", '"example" is used already on line 4; every key is used once')
    ]


def test_a_notice_that_does_not_speak_for_a_council_cannot_lend_it_a_system(begun: Path) -> None:
    councils = begun / COUNCILS
    text = councils.read_text()
    entry = text[text.index("  - key: example") :].replace("key: example", "key: other")
    councils.write_text(text + entry)
    system = begun / DATABASE
    system.write_text(system.read_text().replace("notice: notice\n", "notice: notice\ncontrollers: [other]\n"))
    [(file, _, path, message)] = mistakes_in(begun)
    assert (file, path) == (DATABASE, "controllers[0]")
    assert 'the notice "notice" does not speak for this controller' in message


def test_files_that_would_not_be_read_are_told(begun: Path) -> None:
    (begun / "systems" / "old").mkdir()
    (begun / "systems" / "database.yaml").rename(begun / "systems" / "database.yml")
    (begun / "notices" / "OTHER.YAML").write_text("x: 1")
    told = {file: message for file, _, _, message in mistakes_in(begun)}
    assert "rename it to database.yaml" in told["systems/database.yml"]
    assert "is a folder" in told["systems/old"]
    assert "rename it" in told["notices/OTHER.YAML"]


@pytest.mark.parametrize("name", ["controllers.yaml", "exemptions.yaml", "retention.yaml", "holidays.yaml"])
def test_a_missing_file_is_told_by_name(begun: Path, name: str) -> None:
    (begun / name).unlink()
    assert any(file == name and "is missing" in message for file, _, _, message in mistakes_in(begun))


@pytest.mark.parametrize("name", ["notices", "systems"])
def test_a_missing_folder_is_told_by_name(begun: Path, name: str) -> None:
    for file in (begun / name).iterdir():
        file.unlink()
    (begun / name).rmdir()
    assert any(file == name and "make the folder" in message for file, _, _, message in mistakes_in(begun))


@pytest.mark.parametrize("text", ["- a\n- b\n", "only words\n", "12\n"])
def test_a_file_that_is_no_set_of_keys_is_told(begun: Path, text: str) -> None:
    (begun / NOTICE).write_text(text)
    assert (NOTICE, 1, "", "must be a set of keys with values") in mistakes_in(begun)


def test_a_broken_file_does_not_hide_mistakes_in_others(begun: Path) -> None:
    (begun / NOTICE).write_text("key: 'open\n")
    (begun / COUNCILS).write_text("controlers: []\n")
    files = {file for file, _, _, _ in mistakes_in(begun)}
    assert {NOTICE, COUNCILS} <= files


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="is not a folder; set SAR_CONFIG_DIR"):
        load(tmp_path / "nowhere")


def test_a_profile_that_is_not_there_is_told(begun: Path) -> None:
    (begun / "examples" / "essex").mkdir(parents=True)
    for name in ("esex", "../../etc", ""):
        with pytest.raises(CatalogueError, match="there is no profile"):
            load(begun, profile=name)
    with pytest.raises(CatalogueError, match='did you mean "essex"'):
        load(begun, profile="esex")
