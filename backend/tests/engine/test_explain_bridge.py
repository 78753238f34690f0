"""The bridge reaches from bill to bill to the cent, and the way back is the same way."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from oracle.pricing import World
from oracle.worlds import snapshot_of, worlds
from rachun.engine.billing.pipeline import price
from rachun.engine.explain.bridge import BilledLines, Bridge, Effect, bridge_between
from rachun.engine.explain.columns import lines_of
from rachun.engine.explain.facts import Line, PriceSource
from worked import ENERGY, MARCH, fixed, metered, tariff, world

LONG_AGO, APRIL = date(2025, 1, 1), date(2026, 4, 1)
CALM = {"deadline": None, "suppress_health_check": list(HealthCheck)}


def bills_of(made: World, *, plan: str = "plan") -> dict[int, BilledLines]:
    snapshot = snapshot_of(made)
    versions = {version.version_ix: version for version in snapshot.versions}

    def source_of(version_ix: int) -> PriceSource:
        version = versions[version_ix]
        return PriceSource(
            plan=plan,
            valid_from=version.valid_from,
            approved_by="Council",
            source_document="Gazette",
            rounding=version.tariff.rounding,
        )

    charges = price(snapshot).charges
    return {
        int(account_ix): BilledLines(
            lines=lines_of(charges=bill, source_of=source_of, currency="BAM"), period_from=made.start
        )
        for (account_ix,), bill in charges.group_by("account_ix", maintain_order=True)
    }


def used(quantity: str) -> list[tuple]:
    return [(0, 7, "VT", MARCH, APRIL, Decimal(quantity), "MEASURED")]


def energy_bill(
    quantity: str, *, plan: str = "plan", start: date = LONG_AGO, prices: list | None = None
) -> BilledLines:
    document = tariff(metered(("VT", prices or ENERGY)))
    return bills_of(world((start, document), consumption=used(quantity)), plan=plan)[3]


def reaches(bridge: Bridge) -> bool:
    parts = all(sum(part.effects.values()) == part.now_minor - part.before_minor for part in bridge.parts)
    return parts and sum(bridge.effects.values()) == bridge.now_minor - bridge.before_minor


class TestBridge:
    @settings(max_examples=60, **CALM)
    @given(one=worlds(), other=worlds())
    def test_sums_to_the_difference_and_swapping_the_bills_negates_it(self, one: World, other: World) -> None:
        nothing = BilledLines(lines=(), period_from=MARCH)
        ours, theirs = bills_of(one), bills_of(other)
        for account in ours.keys() | theirs.keys():
            before, now = ours.get(account, nothing), theirs.get(account, nothing)

            there, back = bridge_between(before=before, now=now), bridge_between(before=now, now=before)

            assert reaches(there)
            assert back.effects == {effect: -minor for effect, minor in there.effects.items()}

    def test_calls_it_volume_when_more_was_used_at_the_same_price_list(self) -> None:
        # 100 × 0.10 + 17 % = 11.70; 100 × 0.10 + 50 × 0.20 = 20.00 + 17 % = 23.40: the dearer block is volume too
        bridge = bridge_between(before=energy_bill("100"), now=energy_bill("150"))

        assert bridge.effects == {Effect.VOLUME: 1170}

    def test_calls_it_price_when_only_the_version_changed(self) -> None:
        later = energy_bill("100", start=date(2026, 2, 1), prices=[{"price": "0.12"}])

        assert bridge_between(before=energy_bill("100"), now=later).effects == {Effect.PRICE: 234}

    def test_calls_it_tariff_when_another_plan_applies(self) -> None:
        other = energy_bill("100", plan="night", prices=[{"price": "0.12"}])

        assert bridge_between(before=energy_bill("100"), now=other).effects == {Effect.TARIFF: 234}

    def test_parts_price_and_volume_evenly_between_the_orders_of_changing_them(self) -> None:
        # 50 × 0.10 = 5.00 → 5.85; 100 × 0.20 = 20.00 → 23.40. Price first: 5.85 then 11.70; volume first: 5.85, 11.70
        one = [{"price": "0.10"}]
        later = energy_bill("100", start=date(2026, 2, 1), prices=[{"price": "0.20"}])

        bridge = bridge_between(before=energy_bill("50", prices=one), now=later)

        # the mean of 5.85 and 11.70 is 8.775 for each; the first of equals takes the cent
        assert bridge.effects == {Effect.PRICE: 877, Effect.VOLUME: 878}

    def test_calls_a_shorter_stay_days(self) -> None:
        whole = bills_of(world((LONG_AGO, tariff(fixed("31.00")))))[3]
        moved_in = world((LONG_AGO, tariff(fixed("31.00"))), agreements=[(7, 3, date(2026, 3, 22), None)])

        bridge = bridge_between(before=whole, now=bills_of(moved_in)[3])

        assert bridge.effects == {Effect.DAYS: -2457}  # 21 of 31.00 less, with 17 %

    def test_calls_what_was_served_before_the_period_a_correction(self) -> None:
        late = energy_bill("100")
        late = replace(late, period_from=APRIL)

        bridge = bridge_between(before=BilledLines(lines=(), period_from=MARCH), now=late)

        assert bridge.effects == {Effect.CORRECTION: 1170}

    def test_moves_a_percentage_with_what_it_is_taken_of(self) -> None:
        def with_levy(quantity: str) -> list[Line]:
            levy = {"code": "levy", "kind": "percentage", "percent": "10", "of": ["energy"], "posting_code": "REV"}
            document = tariff(metered(("VT", ENERGY)), levy)
            return list(bills_of(world((LONG_AGO, document), consumption=used(quantity)))[3].lines)

        before = BilledLines(lines=with_levy("50"), period_from=MARCH)
        now = BilledLines(lines=with_levy("100"), period_from=MARCH)

        assert bridge_between(before=before, now=now).effects == {Effect.VOLUME: now.gross_minor - before.gross_minor}
