"""The demo council as something that runs: its systems built and served, its staff, and the service pointed at them.

`prepare` lays everything out in a folder, `running` starts every process and stops them again. Who walks through it
is in `walk.py`.
"""

import hashlib
import json
import os
import secrets
import shutil
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import httpx

from sar_service import ROOT, create_app
from sar_service.cli.serve import start_all
from sar_service.cli.supervise import Supervisor
from sar_service.domain.actor import SERVICE
from sar_service.domain.errors import InvalidInput
from sar_service.domain.permission import Role

from .build import FAMILIES, NOTES_PER_FAMILY, WORDS, build
from .world import World, load

CONTROLLER = "brackenmere"
DIGEST = "built-from"
OURS = "made-by-the-demo"  # a folder that we may empty again
NOT_MADE_OF = ("council.py", "walk.py", "walk_review.py", "browse.py", "decide.py", "inbox.py", "housing_server.py")
SECONDS_TO_START = 180.0

TEAM = (
    ("officer", Role.OFFICER, "Rowan Ashby"),
    ("second_officer", Role.OFFICER, "Imogen Tull"),
    ("manager", Role.MANAGER, "Dev Chaudhri"),
    ("administrator", Role.ADMINISTRATOR, "Pat Lindqvist"),
)


@dataclass(frozen=True)
class SignIn:
    """A member of the demo council's staff, and how they sign in."""

    post: str
    name: str
    email: str
    password: str


@dataclass(frozen=True, kw_only=True)
class Council:
    """The demo council laid out in a folder. `environ` is the environment that the service runs in."""

    folder: Path
    world: World
    environ: Mapping[str, str]
    address: str
    port: int
    housing_port: int
    team: Mapping[str, SignIn]

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def mail(self) -> Path:
        """The folder that the service's letters are put into."""
        return self.data / "mail"

    @property
    def log(self) -> Path:
        """What the processes had to say."""
        return self.folder / "service.log"


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def built(folder: Path, *, seed: int, families: int = FAMILIES, notes_per_family: int = NOTES_PER_FAMILY) -> World:
    """The council's systems in `folder`, built if they are not there yet or would now come out otherwise."""
    wanted = _digest(seed, families, notes_per_family)
    mark = folder / DIGEST
    if mark.is_file() and mark.read_text(encoding="ascii") == wanted:
        return load(folder / "world.json")
    if folder.exists():
        _empty(folder)
    folder.mkdir(parents=True)
    (folder / OURS).touch()
    build(folder, seed=seed, families=families, notes_per_family=notes_per_family)
    mark.write_text(wanted, encoding="ascii")
    return load(folder / "world.json")


def _digest(seed: int, families: int, notes_per_family: int) -> str:
    """Of everything that the systems are made from: the numbers, the words and the code that puts them together."""
    found = hashlib.sha256(f"{seed}/{families}/{notes_per_family}".encode())
    code = Path(__file__).resolve().parent
    for path in sorted([*code.glob("*.py"), *WORDS.rglob("*.txt")]):
        if path.name not in NOT_MADE_OF:
            found.update(path.name.encode() + path.read_bytes())
    return found.hexdigest()


def _empty(folder: Path) -> None:
    """Remove a folder that an earlier demo made. Raises InvalidInput for anybody else's."""
    if not (folder / OURS).is_file():
        raise InvalidInput(f"{folder} is there already and was not made by the demo; name another folder with --out")
    shutil.rmtree(folder)


def prepare(
    folder: Path,
    *,
    seed: int = 1,
    port: int = 0,
    families: int = FAMILIES,
    notes_per_family: int = NOTES_PER_FAMILY,
    fresh: bool = True,
    data: Path | None = None,
    more: Mapping[str, str] | None = None,
) -> Council:
    """Lay out the council in `folder`: systems, an empty database, and the staff.

    `fresh` begins with no cases; otherwise what an earlier run left is kept. `data` is where the service keeps its own
    things, `more` further settings of its environment.
    """
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    world = built(folder / "council", seed=seed, families=families, notes_per_family=notes_per_family)
    data = data or folder / "data"
    if fresh and data.exists():
        _empty(data)
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    (data / OURS).touch()
    port, housing_port = port or free_port(), free_port()
    environ = _environment(folder / "council", data, port, housing_port, more or {})
    return Council(
        folder=folder,
        world=world,
        environ=environ,
        address=f"http://127.0.0.1:{port}",
        port=port,
        housing_port=housing_port,
        team=_team(environ, data),
    )


def _environment(systems: Path, data: Path, port: int, housing_port: int, more: Mapping[str, str]) -> dict[str, str]:
    """The environment of the service at the demo council; settings of our own surroundings are left out."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SAR_", "DEMO_"))}
    return kept | {
        "PYTHONPATH": os.pathsep.join(part for part in (str(ROOT), os.environ.get("PYTHONPATH", "")) if part),
        "SAR_ENV": "demo",
        "SAR_PROFILE": "demo",
        "SAR_CONFIG_DIR": str(ROOT / "config"),
        "SAR_TEMPLATES_DIR": str(ROOT / "templates"),
        "SAR_DATA_DIR": str(data),
        "SAR_MAIL_BACKEND": "file",
        "SAR_BASE_URL": f"http://127.0.0.1:{port}",
        "SAR_TRUSTED_HOSTS": "127.0.0.1,localhost",
        "DEMO_EDUCATION_DB": f"sqlite:///{systems / 'education.db'}",
        "DEMO_SOCIALCARE_DB": f"sqlite:///{systems / 'socialcare.db'}",
        "DEMO_HOUSING_URL": f"http://127.0.0.1:{housing_port}",
        "DEMO_HOUSING_PASSWORD": secrets.token_urlsafe(16),
        "DEMO_MASH_ROOT": str(systems / "mash"),
        "DEMO_MASH_INDEX": str(data / "mash-index"),
        **more,
    }


def _team(environ: Mapping[str, str], data: Path) -> dict[str, SignIn]:
    """The database brought up to date and its staff; made once, and remembered beside it."""
    from sar_service.db import db
    from sar_service.services import schema, team

    remembered = data / "sign-ins.json"
    app = create_app(environ=environ, web=False)
    with app.app_context():
        schema.upgrade()
        if remembered.is_file() and team.members():
            told = json.loads(remembered.read_text(encoding="utf-8"))
            found = {post: SignIn(**one) for post, one in told.items()}
        else:
            found = {}
            for post, role, name in TEAM:
                one = SignIn(post, name, f"{post.replace('_', '.')}@brackenmere.example", secrets.token_urlsafe(12))
                team.add(
                    email=one.email,
                    name=one.name,
                    role=role,
                    controllers=[CONTROLLER],
                    password=one.password,
                    actor=SERVICE,
                    now=datetime.now(UTC),
                )
                found[post] = one
            db.session.commit()
            remembered.touch(mode=0o600)
            remembered.write_text(json.dumps({post: asdict(one) for post, one in found.items()}), encoding="utf-8")
        db.session.remove()
        db.engine.dispose()
    return found


def start(council: Council, *, workers: int = 2, output: IO[bytes] | None = None) -> Supervisor:
    """Start the housing server and every process of the service. Whoever starts them stops them."""
    environ = dict(council.environ)
    supervisor = start_all(environ, port=council.port, workers=workers, folder=council.data, output=output)
    housing = [sys.executable, "-m", "sar_service.demo.housing_server"]
    data = str(council.folder / "council" / "housing.json")
    supervisor.add("housing", [*housing, "--data", data, "--port", str(council.housing_port)])
    return supervisor


@contextmanager
def running(council: Council, *, workers: int = 2, say: Callable[[str], None] = lambda _: None) -> Iterator[Supervisor]:
    """The council while it runs: everything is started, awaited, kept alive, and stopped at the end.

    What the processes say goes to `council.log`. Raises InvalidInput if the service does not come up.
    """
    with council.log.open("ab") as output:
        supervisor = start(council, workers=workers, output=output)
        keeper = threading.Thread(target=supervisor.run, daemon=True)
        keeper.start()
        try:
            await_service(council)
            yield supervisor
        finally:
            say("stopping")
            supervisor.stopping.set()
            keeper.join()
            supervisor.stop()


def await_service(council: Council, *, seconds: float = SECONDS_TO_START) -> None:
    """Wait until the service and the housing server answer. Raises InvalidInput with where to look."""
    until = time.monotonic() + seconds
    waiting = [f"{council.address}/health/ready", f"http://127.0.0.1:{council.housing_port}/health"]
    while waiting:
        try:
            if httpx.get(waiting[0], timeout=5).status_code == 200:
                waiting.pop(0)
                continue
        except httpx.HTTPError:
            pass
        if time.monotonic() > until:
            raise InvalidInput(f"The service did not start; see {council.log}")
        time.sleep(0.1)
