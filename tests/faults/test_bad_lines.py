"""K-4: the lines from the API to its database and to Valkey are slow, in pieces, cut, or take and give nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from rachun.apps.customers.models import Account
from rachun.apps.payments.models import Receipt
from tests.apps.identity.makers import PASSWORD, make_operator
from tests.factories.billing import make_town, take_waste

from tests.faults.client import Answer, Client, signed_in
from tests.faults.conftest import Place
from tests.faults.line import Line, State, line_to
from tests.faults.processes import eventually, running_server

pytestmark = [pytest.mark.real]
RECEIPTS = "/api/v1/receipts"
SOCKET = ".s.PGSQL.5432"


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    database: Line
    valkey: Line
    client: Client
    account: Account

    def slip(self) -> dict[str, Any]:
        return {
            "legal_entity_id": str(self.account.legal_entity_id),
            "account_number": self.account.number,
            "amount": "12.50",
            "currency": "BAM",
            "value_date": "2026-01-15",
            "channel": "CASH",
            "external_key": uuid4().hex,
        }

    def pay(self, slip: dict[str, Any], *, key: str) -> Answer:
        return self.client.post(RECEIPTS, slip, key=key)


@pytest.fixture(scope="module")
def desk(place: Place, servers: Any) -> Iterator[Desk]:
    """An API whose every byte to its servers goes over a line of ours."""
    town = make_town()
    make_operator(entity=town.entity, login="till-1")
    database, valkey = servers.cluster.socket_dir / SOCKET, Path(place.valkey.url.removeprefix("unix://"))
    with line_to(database) as to_database, line_to(valkey) as to_valkey:
        url = urlsplit(place.environment["DATABASE_URL"])
        over_tcp = f"postgresql://{url.username}:{url.password}@127.0.0.1:{to_database.port}{url.path}"
        environment = {
            **place.environment, "DATABASE_URL": over_tcp, "REDIS_URL": f"redis://127.0.0.1:{to_valkey.port}"
        }  # fmt: skip
        with running_server(environment) as (_process, address):
            client = signed_in(address, login="till-1", password=PASSWORD)
            yield Desk(
                database=to_database, valkey=to_valkey, client=client, account=take_waste(town=town, members="2")
            )


def kept(slip: dict[str, Any]) -> list[str]:
    return [str(one) for one in Receipt.objects.filter(external_key=slip["external_key"]).values_list("id", flat=True)]


class TestLineToTheDatabase:
    @pytest.mark.parametrize("state", [State.SLICED, State.SLOW, pytest.param(State.VERY_SLOW, marks=pytest.mark.long)])
    def test_that_is_only_bad_changes_nothing(self, desk: Desk, state: State) -> None:
        slip = desk.slip()
        desk.database.become(state)
        told = desk.pay(slip, key=uuid4().hex)
        desk.database.become(State.WHOLE)

        assert told.status == HTTPStatus.CREATED, told.body
        assert kept(slip) == [told.json()["id"]]

    def test_that_is_cut_is_told_and_the_same_key_has_one_effect(self, desk: Desk) -> None:
        slip, key = desk.slip(), uuid4().hex
        desk.database.become(State.CUT)
        refused = desk.pay(slip, key=key)
        assert (refused.status, refused.json()["code"]) == (HTTPStatus.SERVICE_UNAVAILABLE, "unavailable")
        assert kept(slip) == []

        desk.database.become(State.WHOLE)
        told = eventually(lambda: (found := desk.pay(slip, key=key)).status == HTTPStatus.CREATED and found)

        assert kept(slip) == [told.json()["id"]]


class TestLineToValkey:
    @pytest.mark.parametrize("state", [State.SLICED, State.SLOW, State.CUT, State.SILENT])
    def test_never_stops_a_payment(self, desk: Desk, state: State) -> None:
        """Counters are all that Valkey holds for a request; it goes on without them, and does not wait for long."""
        slip = desk.slip()
        desk.valkey.become(state)
        told = desk.pay(slip, key=uuid4().hex)
        ready = desk.client.get("/ready")
        desk.valkey.become(State.CUT)  # what was said meanwhile is gone
        desk.valkey.become(State.WHOLE)

        assert told.status == HTTPStatus.CREATED, told.body
        assert kept(slip) == [told.json()["id"]]
        assert ready.json()["checks"]["valkey"] == (state in {State.SLICED, State.SLOW})
        eventually(lambda: desk.client.get("/ready").status == HTTPStatus.OK)
