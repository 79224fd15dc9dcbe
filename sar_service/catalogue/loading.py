"""Reading all of config/ at once: the files, the folders and the profiles, and every mistake in any of them.

A profile (config/demo, or one of config/examples) brings its own controllers, notices and systems;
exemption codes, retention and holidays are always the council's own. What refers to what is checked in
`references.py`.
"""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import BaseModel

from .contents import Catalogue
from .controller import Controllers
from .exemption import Exemptions
from .holiday import Holidays
from .letters import own_letters
from .mistake import CatalogueError, Mistake, did_you_mean
from .notice import Notice
from .reading import Reading, read
from .references import Found, Placed, Thing, check_mailboxes, check_references, check_settings
from .retention import RetentionRules
from .shape import inside, shape
from .system import System

MAX_FILES = 500

File = TypeVar("File", bound=BaseModel)
Keyed = TypeVar("Keyed", Notice, System)


def profiles(config_dir: Path) -> tuple[str, ...]:
    """Names of the profiles there are: the folders of config/examples, and "demo" where there is one."""
    examples = config_dir / "examples"
    names = {each.name for each in examples.iterdir() if each.is_dir()} if examples.is_dir() else set()
    if (config_dir / "demo" / "controllers.yaml").is_file():
        names.add("demo")
    return tuple(sorted(names))


def load(config_dir: Path, *, environ: Mapping[str, str] | None = None, profile: str | None = None) -> Catalogue:
    """Read and check config/. Raises CatalogueError with every mistake there is, each with its file and line.

    With `environ`, every `{env: NAME}` in a system's settings must be set there; without it names are not
    looked up.
    """
    loader = _Loader(config_dir, environ, profile)
    return loader.load()


class _Loader:
    """One reading of config/: keeps what was read and what was wrong."""

    def __init__(self, config_dir: Path, environ: Mapping[str, str] | None, profile: str | None) -> None:
        self.root = config_dir
        self.environ = environ
        self.profile = profile
        self.readings: list[Reading] = []
        self.loose: list[Mistake] = []

    def load(self) -> Catalogue:
        if not self.root.is_dir():
            raise CatalogueError([Mistake(str(self.root), 0, "", "is not a folder; set SAR_CONFIG_DIR")])
        home = self._home()
        controllers = self._file(home / "controllers.yaml", Controllers)
        exemptions = self._file(self.root / "exemptions.yaml", Exemptions)
        retention = self._file(self.root / "retention.yaml", RetentionRules)
        holidays = self._file(self.root / "holidays.yaml", Holidays)
        found = Found(
            controllers=self._entries(controllers, "controllers"),
            notices=self._folder(home / "notices", Notice),
            systems=self._folder(home / "systems", System),
            exemptions=self._entries(exemptions, "exemptions", key="code"),
            dispositions=self._entries(exemptions, "dispositions", key="code"),
            retention=self._entries(retention, "rules"),
            unread=frozenset(
                name
                for name, file in (("controllers", controllers), ("retention", retention))
                if not isinstance(file[1].value, dict)
            ),
        )
        for code in found.exemptions.keys() & found.dispositions.keys():
            _, reading, at = found.dispositions[code]
            reading.mistake((*at, "code"), "is already the code of an exemption; choose another")
        for _, reading, at in found.controllers.values():
            logo = inside(reading.value, (*at, "logo"))
            if isinstance(logo, str) and "/" not in logo and not (home / logo).is_file():
                reading.mistake((*at, "logo"), "there is no such file beside controllers.yaml")
        check_references(found)
        check_mailboxes(found, environ=self.environ)
        resolved = check_settings(found, environ=self.environ, read_other=self._other)
        letters, wrong = own_letters(home / "letters", found.controllers)
        mistakes = wrong + [each for reading in self.readings for each in reading.mistakes] + self.loose
        if mistakes or holidays[0] is None:
            files = [reading.file for reading in self.readings]
            raise CatalogueError(
                mistakes, files=files + [own.file for each in letters.values() for own in each.values()]
            )
        return Catalogue(
            controllers=_good(found.controllers),
            notices=_good(found.notices),
            systems=MappingProxyType(resolved),
            exemptions=_good(found.exemptions),
            dispositions=_good(found.dispositions),
            retention=_good(found.retention),
            holidays_overrides=holidays[0].holidays,
            holidays_listed_until=holidays[0].listed_until,
            letters=MappingProxyType(letters),
            profile=self.profile,
            files=(
                *(reading.file for reading in self.readings),
                *(own.file for each in letters.values() for own in each.values()),
            ),
            places=MappingProxyType(self._places(found)),
        )

    def _home(self) -> Path:
        if self.profile is None:
            return self.root
        known = profiles(self.root)
        if self.profile not in known:
            message = f'there is no profile "{self.profile[:60]}"; {did_you_mean(self.profile, known)}'
            raise CatalogueError([Mistake(str(self.root), 0, "", message)])
        return self.root / "demo" if self.profile == "demo" else self.root / "examples" / self.profile

    def _read(self, path: Path) -> Reading:
        reading = read(path, name=str(path))
        self.readings.append(reading)
        return reading

    def _other(self, name: str) -> Reading | None:
        """Another profile's system file, named like "demo/education"."""
        folder, _, stem = name.rpartition("/")
        path = self.root / folder / "systems" / f"{stem}.yaml"
        return read(path, name=str(path)) if path.is_file() else None

    def _file(self, path: Path, model: type[File]) -> tuple[File | None, Reading]:
        reading = self._read(path)
        broken = reading.value is None and reading.mistakes
        return None if broken else shape(model, reading), reading

    def _entries(self, file: tuple[BaseModel | None, Reading], group: str, *, key: str = "key") -> Placed[Any]:
        """The entries of a file that is a list, by key; a key used twice is a mistake."""
        whole, reading = file
        found: Placed[Any] = {}
        written = inside(reading.value, (group,))
        for number, each in enumerate(written if isinstance(written, list) else ()):
            word, at = inside(each, (key,)), (group, number)
            if not isinstance(word, str):
                continue  # its shape is wrong, and told already
            if word in found:
                first = reading.line_of((*found[word][2], key))
                reading.mistake((*at, key), f'"{word}" is used already on line {first}; every {key} is used once')
            else:
                found[word] = (getattr(whole, group)[number] if whole else None, reading, at)
        return found

    def _folder(self, folder: Path, model: type[Keyed]) -> Placed[Keyed]:
        found: Placed[Keyed] = {}
        if not folder.is_dir():
            self.loose.append(Mistake(str(folder), 0, "", "is missing; make the folder, even if it stays empty"))
            return found
        names = sorted(each for each in folder.iterdir() if not each.name.startswith("."))
        for path in names:
            if path.suffix != ".yaml" and path.suffix.lower() in (".yaml", ".yml"):
                self.loose.append(Mistake(str(path), 0, "", f"would not be read; rename it to {path.stem}.yaml"))
            if path.is_dir():
                self.loose.append(Mistake(str(path), 0, "", "is a folder and would not be read; move its files up"))
        files = [path for path in names if path.suffix == ".yaml" and not path.is_dir()]
        if len(files) > MAX_FILES:
            self.loose.append(Mistake(str(folder), 0, "", f"holds more than {MAX_FILES} files; remove some"))
        for path in files[:MAX_FILES]:
            reading = self._read(path)
            entry = None if reading.value is None and reading.mistakes else shape(model, reading)
            key = inside(reading.value, ("key",))
            if isinstance(key, str) and key != path.stem:
                reading.mistake(("key",), f'must be "{path.stem}", the name of its file (or rename the file)')
            found[path.stem] = (entry, reading, ())
        return found

    def _places(self, found: Found) -> dict[tuple[str, str, str], tuple[str, int]]:
        """File and line of every top fact of a notice and controller, for the list of gaps."""
        places = {}
        for kind, group in (("notice", found.notices), ("controller", found.controllers)):
            for key, (_, reading, at) in group.items():
                for path, line in reading.lines.items():
                    if path[: len(at)] == at:
                        name = ".".join(str(step) for step in path[len(at) :])
                        places[(kind, key, name)] = (reading.file, line)
        return places


def _good(placed: Placed[Thing]) -> Mapping[str, Thing]:
    return MappingProxyType({key: thing for key, (thing, _, _) in placed.items() if thing is not None})
