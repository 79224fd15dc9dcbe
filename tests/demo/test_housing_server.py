"""The housing server speaks as it promised: sign-in, pages, filters, one "later" in each run."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from sar_service.demo.housing_server import HousingServer

PEOPLE = [
    {"id": f"H-{n}", "forename": "Pat", "surname": "Tenant", "former_names": ["Pat Lodger"] if n == 3 else [],
     "date_of_birth": "1990-02-01", "address": {"lines": ["1 Kiln Close"], "postcode": "LN24 1AA"}}
    for n in range(12)
]  # fmt: skip
DATA = {"people": PEOPLE, "tenancies": [{"id": "T-1", "person_id": "H-3"}], "council_tax": [], "repairs": []}


@pytest.fixture
def server() -> Iterator[HousingServer]:
    with HousingServer(DATA, password="open sesame", page_size=5, busy_at=0) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@contextmanager
def signed_in(server: HousingServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.address) as client:
        answer = client.post("/token", json={"username": "rights-requests", "password": "open sesame"})
        client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        yield client


def test_nothing_is_said_to_somebody_who_did_not_sign_in(server: HousingServer) -> None:
    with httpx.Client(base_url=server.address) as client:
        assert client.get("/people").status_code == 401
        assert client.get("/people", headers={"Authorization": "Bearer guess"}).status_code == 401
        assert client.get("/health").json() == {"status": "ok"}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"username": "rights-requests", "password": "wrong"}', 401),
        (b'{"username": "somebody", "password": "open sesame"}', 401),
        (b"not json", 400),
        (b"[]", 400),
        (b"", 400),
    ],
)
def test_a_wrong_sign_in_gets_no_token(server: HousingServer, body: bytes, status: int) -> None:
    with httpx.Client(base_url=server.address) as client:
        answer = client.post("/token", content=body)
    assert answer.status_code == status
    assert "access_token" not in answer.json()


def test_long_answers_come_in_pages_until_there_is_no_next(server: HousingServer) -> None:
    with signed_in(server) as client:
        seen, following, pages = [], "/people?surname=tenant", 0
        while following:
            answer = client.get(following).json()
            assert answer["total"] == 12
            seen += [item["id"] for item in answer["items"]]
            following, pages = answer["next"], pages + 1
    assert seen == [each["id"] for each in PEOPLE]
    assert pages == 3


def test_people_are_found_by_former_name_birth_and_postcode(server: HousingServer) -> None:
    with signed_in(server) as client:
        assert [p["id"] for p in client.get("/people", params={"surname": "LODGER"}).json()["items"]] == ["H-3"]
        assert client.get("/people", params={"date_of_birth": "1990-02-01"}).json()["total"] == 12
        assert client.get("/people", params={"postcode": "ln241aa"}).json()["total"] == 12
        assert client.get("/people", params={"date_of_birth": "1990-02-02"}).json()["total"] == 0
        assert client.get("/tenancies", params={"person_id": "H-3"}).json()["total"] == 1


@pytest.mark.parametrize("path", ["/people?page=0", "/people?page=x", "/people?page=-1"])
def test_a_page_that_cannot_be_is_refused(server: HousingServer, path: str) -> None:
    with signed_in(server) as client:
        assert client.get(path).status_code == 400
        assert client.get("/secrets").status_code == 404


def test_one_question_in_a_run_is_answered_with_later() -> None:
    with HousingServer(DATA, password="open sesame", busy_at=2) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        with signed_in(server) as client:
            answers = [client.get("/people") for _ in range(5)]
        server.shutdown()
        thread.join()
    assert [answer.status_code for answer in answers] == [200, 429, 200, 200, 200]
    assert answers[1].headers["Retry-After"] == "1"


def test_it_runs_as_a_process_of_its_own(tmp_path: Path) -> None:
    data = tmp_path / "housing.json"
    data.write_text(json.dumps(DATA), encoding="utf-8")
    command = [sys.executable, "-m", "sar_service.demo.housing_server", "--data", str(data)]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, "DEMO_HOUSING_PASSWORD": "open sesame"}
    )
    try:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        assert httpx.get(f"{address}/health").status_code == 200
    finally:
        process.terminate()
        process.communicate(timeout=20)


@pytest.mark.parametrize(("content", "password"), [(None, "x"), ("{not json", "x"), ("{}", "")])
def test_a_bad_start_is_a_plain_sentence_and_exit_2(tmp_path: Path, content: str | None, password: str) -> None:
    data = tmp_path / "housing.json"
    if content is not None:
        data.write_text(content, encoding="utf-8")
    command = [sys.executable, "-m", "sar_service.demo.housing_server", "--data", str(data)]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=60, env={**os.environ, "DEMO_HOUSING_PASSWORD": password}
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr and done.stderr.strip()
