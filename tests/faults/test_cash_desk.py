"""A cashier's day while everything dies: API, agent, database. One payment, one fiscal receipt, every time."""

import http.client
import random
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from rachun.apps.customers.models import Account
from rachun.apps.ledger.selectors.balances import list_account_balances
from rachun.apps.payments.models import CashDesk, CashPayment, Receipt
from rachun.apps.payments.services.set_up_desk import DeskFacts, create_cash_desk
from tests.apps.identity.makers import PASSWORD, make_operator
from tests.factories.billing import Town, make_town, take_waste

from tests.faults.client import Client, signed_in
from tests.faults.conftest import Place
from tests.faults.desk import Desk, Server, desk_at, receipts
from tests.faults.processes import eventually

pytestmark = [pytest.mark.real]
LOGIN = "kasir-1"
FLOAT = "100.00"
KINDS = ("api", "agent", "database")
SEEDS, SEEDS_LONG = range(1, 3), range(3, 21)
LONGEST_S = 0.8  # after the request: from before it was written to after the receipt was cut off
AGAIN = {"idempotency_in_flight", "register_not_connected", "unavailable"}


@dataclass(slots=True, kw_only=True)
class Till:
    """A cashier at work. `paid` is what an honest observer wrote down."""

    place: Place
    server: Server
    desk: Desk
    town: Town
    cash_desk: CashDesk
    account: Account
    client: Client
    shift_id: str = ""
    paid: list[int] = field(default_factory=list)

    def open_shift(self) -> None:
        body = {"cash_desk_id": str(self.cash_desk.id), "float": FLOAT}
        self.shift_id = self.insist("/api/v1/cash-shifts", body)["id"]
        self.await_movement()

    def await_movement(self) -> None:
        """Until the register has done what the shift asked of it last: its float, a report."""
        address = f"/api/v1/cash-shifts/{self.shift_id}"
        eventually(lambda: self.client.get(address).json()["movements"][-1]["state"] == "DONE", told=self.desk.told)

    def insist(self, path: str, body: Any) -> Any:
        """What a browser does: the same intention with the same key, until somebody answers."""
        key, end = uuid4().hex, time.monotonic() + 60
        while time.monotonic() < end:
            try:
                answer = self.client.post(path, body, key=key)
            except (OSError, http.client.HTTPException):
                time.sleep(0.1)
                continue
            if answer.status in {HTTPStatus.OK, HTTPStatus.CREATED}:
                return answer.json()
            assert answer.json()["code"] in AGAIN, answer.body
            time.sleep(0.1)
        pytest.fail(f"nobody answered {path}\n{self.desk.told()}")

    def take(self, amount_minor: int, *, tendered_minor: int | None = None) -> dict[str, Any]:
        amount, given = text_of(amount_minor), text_of(tendered_minor or amount_minor)
        body = {"account_id": str(self.account.id), "amount": amount, "tendered": given}
        told: dict[str, Any] = self.insist(f"/api/v1/cash-shifts/{self.shift_id}/payments", body)
        self.paid.append(amount_minor)
        return told

    def ended(self, payment_id: str) -> CashPayment:
        def look() -> CashPayment | None:
            found = CashPayment.objects.get(id=UUID(payment_id))
            return found if found.state != CashPayment.State.TAKING else None

        return eventually(look, told=self.desk.told)

    def kill(self, kind: str) -> None:
        """And bring it back."""
        if kind == "api":
            self.server.kill()
            self.server.start()
        elif kind == "agent":
            self.desk.kill()
            self.desk.start()
        else:
            with self.place.without_database():
                time.sleep(0.5)
            connection.close()  # ours was ended too


@pytest.fixture(scope="module")
def till(place: Place, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Till]:
    town = make_town()
    make_operator(entity=town.entity, login=LOGIN, role="cashier")
    server = Server(place.environment)
    server.start()
    with desk_at(tmp_path_factory.mktemp("desk") / "agent") as desk:
        desk.point_at(server.address)
        desk.enrol(branch=town.branch)
        desk.start()
        facts = DeskFacts(
            name="Desk 1", register=desk.device(), no_register_reason="", scanner=desk.device("reader"), tax_letter="А"
        )
        made = Till(
            place=place,
            server=server,
            desk=desk,
            town=town,
            cash_desk=create_cash_desk(branch=town.branch, code="K1", facts=facts, at=timezone.now()),
            account=take_waste(town=town, members="2"),
            client=signed_in(server.address, login=LOGIN, password=PASSWORD),
        )
        made.open_shift()
        yield made
    server.kill()


def text_of(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02d}"


def assert_once(till: Till) -> None:
    """Every payment has one fiscal receipt and one receipt in the books, and there is nothing else."""
    assert sorted(document.amount_minor for document in receipts(till.desk.register)) == sorted(till.paid)
    booked = Receipt.objects.filter(account=till.account).values_list("amount_minor", flat=True)
    assert sorted(booked) == sorted(till.paid)
    assert list_account_balances(account_ids=[till.account.id]) == {till.account.id: -sum(till.paid)}


class TestPayment:
    def test_is_printed_booked_and_tells_the_change(self, till: Till) -> None:
        told = till.take(585, tendered_minor=1000)

        payment = till.ended(told["id"])

        assert (payment.state, payment.change_minor) == (CashPayment.State.TAKEN, 415)
        assert payment.fiscal_no == receipts(till.desk.register)[-1].number
        assert_once(till)

    def test_waits_for_paper_and_goes_on(self, till: Till) -> None:
        till.desk.register.has_paper = False
        told = till.take(700)
        waiting = eventually(
            lambda: (now := till.client.get(f"/api/v1/cash-payments/{told['id']}").json())["code"] and now,
            told=till.desk.told,
        )
        assert (waiting["code"], waiting["state"], waiting["can_cancel"]) == ("PaperOut", "TAKING", True)
        assert waiting["title"] == "The paper has run out."

        till.desk.register.has_paper = True

        assert till.ended(told["id"]).state == CashPayment.State.TAKEN
        assert_once(till)

    def test_is_given_back_before_it_prints(self, till: Till) -> None:
        till.desk.register.has_paper = False
        told = till.take(800)
        till.paid.pop()
        eventually(lambda: till.client.get(f"/api/v1/cash-payments/{told['id']}").json()["code"], told=till.desk.told)

        assert till.client.post(f"/api/v1/cash-payments/{told['id']}/cancel", {}).status == HTTPStatus.OK

        payment = till.ended(told["id"])
        till.desk.register.has_paper = True
        assert (payment.state, payment.code) == (CashPayment.State.NOT_TAKEN, "Withdrawn")
        assert_once(till)

    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("seed", [*SEEDS, *(pytest.param(seed, marks=pytest.mark.long) for seed in SEEDS_LONG)])
    def test_survives_the_death_of(self, till: Till, kind: str, seed: int) -> None:
        chance = random.Random(f"{kind} {seed}")
        told: dict[str, Any] = {}
        cashier = threading.Thread(target=lambda: told.update(till.take(chance.randrange(100, 9000))))

        cashier.start()
        time.sleep(chance.uniform(0, LONGEST_S))
        till.kill(kind)
        cashier.join()

        assert till.ended(told["id"]).state == CashPayment.State.TAKEN
        assert_once(till)


class TestZ:
    def test_closes_the_shift_with_what_was_counted(self, till: Till) -> None:
        till.insist(f"/api/v1/cash-shifts/{till.shift_id}/x-report", {})
        address = f"/api/v1/cash-shifts/{till.shift_id}"
        till.await_movement()
        expected = till.client.get(address).json()["drawer"]["expected"]
        assert expected == text_of(10_000 + sum(till.paid))

        till.insist(f"{address}/close", {"counted": expected, "reason": ""})

        closed = eventually(
            lambda: (now := till.client.get(address).json())["state"] == "CLOSED" and now, told=till.desk.told
        )
        assert (closed["expected"], closed["counted"], closed["difference"]) == (expected, expected, "0.00")
        kinds = [document.kind for document in till.desk.register.documents]
        assert (kinds.count("x_report"), kinds.count("z_report"), kinds.count("cash")) == (1, 1, 1)
        call_command("check_invariants")
