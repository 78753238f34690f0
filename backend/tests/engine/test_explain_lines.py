"""Every charge can be worked out again from what is stored with it, and every kind says how."""

import dataclasses
from datetime import date
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from oracle.portions import examine, in_portions
from oracle.pricing import World
from oracle.worlds import snapshot_of, worlds
from rachun.engine.billing.benefits import KIND as BENEFIT
from rachun.engine.billing.pipeline import price
from rachun.engine.billing.snapshot import Snapshot
from rachun.engine.explain.columns import lines_of
from rachun.engine.explain.facts import Amount, Derivation, Exact, InputMissing, PriceSource, Quantity
from rachun.engine.explain.registry import EXPLAINERS, KindNotExplained, explain_bill
from rachun.engine.tariffs.schema import tariff_schema
from worked import ENERGY, MARCH, fixed, metered, tariff, world

LONG_AGO = date(2025, 1, 1)
CALM = {"deadline": None, "suppress_health_check": list(HealthCheck)}


def derivations_of(snapshot: Snapshot) -> list[Derivation]:
    """Of every account by itself: a bill is an account's."""
    versions = {version.version_ix: version for version in snapshot.versions}

    def source_of(version_ix: int) -> PriceSource:
        version = versions[version_ix]
        return PriceSource(
            plan="plan",
            valid_from=version.valid_from,
            approved_by="Council",
            source_document="Gazette 4/26",
            rounding=version.tariff.rounding,
            taxed=version.tariff.taxed,
        )

    charges = price(snapshot).charges
    found: list[Derivation] = []
    for _, bill in charges.group_by("account_ix", maintain_order=True):
        currency = versions[bill["version_ix"][0]].tariff.currency
        lines = lines_of(charges=bill, source_of=source_of, currency=currency)
        found += explain_bill(lines=lines, tax_rounding=snapshot.tax_rounding, net_rounding=snapshot.net_rounding)
    return found


def codes(derivation: Derivation) -> list[str]:
    return [step.code for step in derivation.steps]


def gives_every_line(made: World) -> None:
    assert [one.line for one in derivations_of(snapshot_of(made)) if not one.agrees] == []


class TestEveryKind:
    def test_of_the_schema_has_its_explainer(self) -> None:
        items = tariff_schema()["properties"]["components"]["items"]

        assert set(EXPLAINERS) == {*items["properties"]["kind"]["enum"], BENEFIT}

    def test_that_is_unknown_is_refused_by_name(self) -> None:
        [one] = derivations_of(snapshot_of(world((LONG_AGO, tariff(fixed("10.00"))))))
        odd = type(one.line)(**{name: getattr(one.line, name) for name in one.line.__slots__} | {"kind": "magic"})

        with pytest.raises(KindNotExplained, match="magic"):
            explain_bill(lines=[odd], tax_rounding="LINE")


class TestDerivation:
    @settings(max_examples=60, **CALM)
    @given(made=worlds())
    def test_gives_every_line_exactly(self, made: World) -> None:
        gives_every_line(made)

    @pytest.mark.long
    @in_portions
    def test_gives_every_line_exactly_at_length(self, portion: int) -> None:
        examine(gives_every_line, made=worlds())

    def test_tells_what_a_bundle_paid_of_calls(self) -> None:
        calls = {"code": "calls", "kind": "traffic", "destination_table": "deck", "posting_code": "REV"}
        used = [(7, "calls", "BiH", date(2026, 3, 5), Decimal(3), 2, Decimal("0.48"))]
        snapshot = snapshot_of(world((LONG_AGO, tariff(calls)), usage=used))

        [plain] = derivations_of(snapshot)
        told = dataclasses.replace(snapshot, usage=snapshot.usage.with_columns(covered_s=pl.lit(150, pl.Int64)))
        [covered] = derivations_of(told)

        assert "CALLS_INCLUDED" not in codes(plain)
        [step] = [step for step in covered.steps if step.code == "CALLS_INCLUDED"]
        assert step.facts == {"quantity": Quantity(micro=2_500_000, unit="min")}
        assert covered.agrees

    def test_tells_days_of_the_month_and_the_share_of_the_price(self) -> None:
        made = world((LONG_AGO, tariff(fixed("10.00"))), agreements=[(7, 3, date(2026, 3, 10), None)])

        [one] = derivations_of(snapshot_of(made))

        assert codes(one) == ["VERSION", "SERVED_DAYS", "SHARE_OF_DAYS", "ROUNDED_HALF_UP", "TAX_ON_TOP", "TOTAL"]
        assert one.steps[1].facts["days"] == 22
        assert one.steps[2].facts["exact"] == Exact(num=1000 * 10**14 // 100 * 22, den=10**12 * 31)
        assert one.steps[3].facts["amount"] == Amount(minor=710)  # 10.00 × 22 / 31 = 7.0967…

    def test_tells_a_second_stretch_as_the_difference_of_two_sums(self) -> None:
        pieces = [(7, 3, LONG_AGO, date(2026, 3, 11)), (7, 3, date(2026, 3, 21), None)]

        _, second = derivations_of(snapshot_of(world((LONG_AGO, tariff(fixed("10.00"))), agreements=pieces)))

        told = second.steps[2]
        assert told.code == "NEXT_SHARE_OF_DAYS"
        assert (told.facts["days_before"], told.facts["days_upto"]) == (10, 21)
        assert told.facts["upto"] == Amount(minor=677)  # 10.00 × 21 / 31 = 6.7741…
        assert told.facts["earlier"] == Amount(minor=323)  # 10.00 × 10 / 31 = 3.2258…
        assert second.amount_minor == 354

    def test_tells_which_part_of_the_use_falls_into_a_block(self) -> None:
        used = [(0, 7, "VT", MARCH, date(2026, 4, 1), Decimal(130), "MEASURED")]
        made = world((LONG_AGO, tariff(metered(("VT", ENERGY)))), consumption=used)

        first, second = derivations_of(snapshot_of(made))

        assert codes(first)[:4] == ["CONSUMPTION", "VERSION", "BLOCK", "TIMES_PRICE"]
        assert codes(second)[2] == "BLOCK_OPEN"
        assert second.steps[2].facts["above"] == Quantity(micro=100_000_000, unit="kWh")
        assert second.steps[2].facts["quantity"] == Quantity(micro=30_000_000, unit="kWh")
        assert (first.amount_minor, second.amount_minor) == (1000, 600)

    def test_says_that_the_largest_line_takes_what_rounding_a_group_leaves(self) -> None:
        fees = [fixed(amount, code=f"fee{no}") for no, amount in enumerate(("0.02", "0.02", "0.03"))]
        made = world((LONG_AGO, tariff(*fees)))
        made.tax_rounding = "GROUP"

        derived = derivations_of(snapshot_of(made))

        # 17 % of 0.07 = 0.0119 → 0.01; alone 0.0034, 0.0034 and 0.0051 → 0, 0 and 0.01: nothing is left over
        assert [one.tax_minor for one in derived] == [0, 0, 1]
        fees = [fixed("0.03", code=f"fee{no}") for no in range(3)]
        made = world((LONG_AGO, tariff(*fees)))
        made.tax_rounding = "GROUP"
        first, *others = derivations_of(snapshot_of(made))
        # 17 % of 0.09 = 0.0153 → 0.02; alone 0.01 each: the first gives one back
        assert [one.tax_minor for one in (first, *others)] == [0, 1, 1]
        assert "TAX_OF_GROUP" in codes(first)
        assert "TAX_OF_GROUP" not in codes(others[0])

    def test_refuses_a_line_without_its_inputs(self) -> None:
        snapshot = snapshot_of(world((LONG_AGO, tariff(fixed("10.00")))))
        charges = price(snapshot).charges.with_columns(inputs=pl.lit('{"vat":"ON_TOP"}'))
        source = PriceSource(
            plan="plan",
            valid_from=LONG_AGO,
            approved_by="",
            source_document="",
            rounding=snapshot.versions[0].tariff.rounding,
        )
        lines = lines_of(charges=charges, source_of=lambda _: source, currency="BAM")

        with pytest.raises(InputMissing, match="days"):
            explain_bill(lines=lines, tax_rounding="LINE")
