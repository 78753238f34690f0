"""K-5: a disk that takes no more, and a store that cannot be written to: told, nothing half kept, then it works."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from uuid import uuid4

import pytest
from rachun.apps.base.files import read_file
from rachun.apps.base.models import Job
from tests.apps.identity.makers import PASSWORD, make_operator
from tests.factories.billing import Town, make_town

from tests.faults.client import Answer, Client, signed_in
from tests.faults.conftest import Place
from tests.faults.processes import Process, running_server

pytestmark = [pytest.mark.real]
IMPORTS = "/api/v1/reading-imports"
ROOM = 64 * 1024
SMALL, LARGE = 200 * 1024, 3 * 1024 * 1024  # the larger one is kept on the disk while it is received


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    place: Place
    process: Process
    client: Client
    town: Town

    def send(self, content: bytes, *, key: str) -> Answer:
        head = f'--edge\r\nContent-Disposition: form-data; name="legal_entity_id"\r\n\r\n{self.town.entity.id}\r\n'
        head += '--edge\r\nContent-Disposition: form-data; name="file"; filename="r.csv"\r\n\r\n'
        kind = {"Content-Type": "multipart/form-data; boundary=edge", "Idempotency-Key": key}
        body = head.encode() + content + b"\r\n--edge--\r\n"
        return self.client.ask("POST", IMPORTS, body=body, headers=self.client.headers(**kind))

    def stored(self) -> list[Path]:
        store = Path(self.place.environment["RACHUN_FILES_DIR"])
        return [path for path in store.rglob("*") if path.is_file()]

    @contextmanager
    def full_disk(self) -> Iterator[None]:
        """No file of the server may grow any more than this."""
        resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (ROOM, resource.RLIM_INFINITY))
        yield
        resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

    @contextmanager
    def store_not_writable(self) -> Iterator[None]:
        """A file stands where the folder was: what a mount that is gone, or a wrong owner, comes to."""
        store = Path(self.place.environment["RACHUN_FILES_DIR"])
        aside = store.with_name("aside")
        store.mkdir(exist_ok=True)
        store.rename(aside)
        store.write_bytes(b"")
        yield
        store.unlink()
        aside.rename(store)


@pytest.fixture(scope="module")
def desk(place: Place) -> Iterator[Desk]:
    town = make_town()
    make_operator(entity=town.entity, login="reader-1")
    with running_server(place.environment) as (process, address):
        client = signed_in(address, login="reader-1", password=PASSWORD)
        yield Desk(place=place, process=process, client=client, town=town)


def readings(size: int) -> bytes:
    """Another file each time."""
    row = f"{uuid4().hex[:12]};T1;2026-10-31;1234,5;ACTUAL\n".encode()
    return b"meter_serial;register;read_date;value;kind\n" + row * (size // len(row))


class TestUpload:
    @pytest.mark.parametrize("size", [SMALL, LARGE])
    def test_to_a_full_disk_is_refused_and_taken_once_there_is_room(self, desk: Desk, size: int) -> None:
        content, key, before, jobs = readings(size), uuid4().hex, desk.stored(), Job.objects.count()
        with desk.full_disk():
            refused = desk.send(content, key=key)
        assert (refused.status, refused.json()["code"]) == (HTTPStatus.SERVICE_UNAVAILABLE, "unavailable")
        assert (desk.stored(), Job.objects.count()) == (before, jobs)

        taken = desk.send(content, key=key)

        assert taken.status == HTTPStatus.ACCEPTED, taken.body
        assert read_file(digest=Job.objects.get(id=taken.json()["id"]).params["sha256"]) == content

    def test_to_a_store_that_is_gone_is_refused_and_taken_once_it_is_back(self, desk: Desk) -> None:
        content, key, jobs = readings(SMALL), uuid4().hex, Job.objects.count()
        with desk.store_not_writable():
            refused = desk.send(content, key=key)
        assert (refused.status, refused.json()["code"]) == (HTTPStatus.SERVICE_UNAVAILABLE, "unavailable")
        assert refused.json()["params"] == {"part": "files"}
        assert Job.objects.count() == jobs

        assert desk.send(content, key=key).status == HTTPStatus.ACCEPTED
