"""One demo council for all tests of this folder, built once, and its four systems reached as in a real run."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest
import yaml

from sar_service import connectors
from sar_service.connectors.base import Connector
from sar_service.demo.build import build
from sar_service.demo.housing_server import HousingServer
from sar_service.demo.world import World
from sar_service.domain.people import Subject
from sar_service.domain.search import Found

SYSTEMS = Path(__file__).resolve().parents[2] / "config" / "demo" / "systems"


@dataclass(frozen=True)
class DemoCouncil:
    """A built council and where it stands."""

    out: Path
    world: World
    environ: dict[str, str]
    _found: dict[str, tuple[Found, ...]] = field(default_factory=dict)

    def found(self, system: str) -> tuple[Found, ...]:
        """What a search for the subject yields in one system; asked once."""
        if system not in self._found:
            self._found[system] = tuple(self.connect(system).search(self.subject))
        return self._found[system]

    @property
    def subject(self) -> Subject:
        """The subject as the public form describes her."""
        request = self.world.request
        return Subject(
            given_name=request["given_name"],
            family_name=request["family_name"],
            other_names=(*request["former_names"], request["middle_names"]),
            date_of_birth=date.fromisoformat(request["date_of_birth"]),
            address=tuple(request["address"]),
            addresses=tuple(tuple(lines) for lines in request["former_addresses"]),
            postcode=request["postcode"],
            phones=(request["phone"],),
            emails=(request["email"],),
            identifiers=request["identifiers"],
        )

    def connect(self, system: str) -> Connector:
        """The real connector for one of its systems."""
        settings = yaml.safe_load((SYSTEMS / f"{system}.yaml").read_text(encoding="utf-8"))
        return connectors.build(settings["kind"], settings["settings"], secrets=self.environ)


@pytest.fixture(scope="session")
def council(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoCouncil]:
    out = tmp_path_factory.mktemp("council")
    world = build(out, seed=1)
    data = json.loads((out / "housing.json").read_text(encoding="utf-8"))
    with HousingServer(data, password="for this test") as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield DemoCouncil(
            out,
            world,
            {
                "DEMO_SOCIALCARE_DB": f"sqlite:///{out}/socialcare.db",
                "DEMO_EDUCATION_DB": f"sqlite:///{out}/education.db",
                "DEMO_HOUSING_URL": server.address,
                "DEMO_HOUSING_PASSWORD": "for this test",
                "DEMO_MASH_ROOT": str(out / "mash"),
                "DEMO_MASH_INDEX": str(tmp_path_factory.mktemp("index")),
            },
        )
        server.shutdown()
        thread.join()
