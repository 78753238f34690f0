"""Shares of a main meter (tests/factories/buildings.py), each worked out by hand beside the numbers it follows from."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from rachun.apps.agreements.models import AgreementAttribute
from rachun.apps.base.columns import texts
from rachun.apps.metering.selectors import ConsumptionFrames, list_measured_consumption
from tests.factories.buildings import Building, make_building
from tests.factories.metering import LONG_AGO, make_branch, make_legal_entity

pytestmark = pytest.mark.django_db
KNOWN = datetime(2026, 6, 1, tzinfo=UTC)
BILLED = {"agreement_id": pl.String, "register": pl.String, "billed_until": pl.Date}


@pytest.fixture
def building() -> Building:
    return make_building(branch=make_branch(legal_entity=make_legal_entity()))


def consume(
    building: Building, *, names: str = "abc", until: str = "2026-02-01", billed: str | None = None
) -> ConsumptionFrames:
    ids = [building.agreements[name].id for name in names]
    rows = [] if billed is None else [(str(one), "COMMON", date.fromisoformat(billed)) for one in ids]
    return list_measured_consumption(
        agreement_ids=texts(ids),
        billed_until=pl.DataFrame(rows, schema=BILLED, orient="row"),
        since=date.fromisoformat(until) - timedelta(days=28),
        until=date.fromisoformat(until),
        known_until=KNOWN,
    )


def shares(frames: ConsumptionFrames, building: Building) -> dict[str, list[float]]:
    names = {str(agreement.id): name for name, agreement in building.agreements.items()}
    found: dict[str, list[float]] = {}
    for row in frames.consumption.filter(pl.col("register") == "COMMON").iter_rows(named=True):
        found.setdefault(names[row["agreement_id"]], []).append(row["quantity_micro"] / 10**6)
    return found


def refusals(frames: ConsumptionFrames) -> list[tuple[str, dict[str, Any]]]:
    found = frames.refusals.select("code", "params").unique(maintain_order=True)
    return [(code, json.loads(params)) for code, params in found.iter_rows()]


class TestAShare:
    def test_is_the_same_whoever_else_is_billed_with_it(self, building: Building) -> None:
        building.share()

        assert shares(consume(building), building) == {"a": [9.833333], "b": [14.75], "c": [4.916667]}
        assert shares(consume(building, names="c"), building) == {"c": [4.916667]}

    def test_leaves_what_does_not_divide_to_one_so_that_the_sum_is_exact(self, building: Building) -> None:
        building.share(method="EQUAL")

        found = shares(consume(building), building)

        assert sorted(found.values()) == [[9.833333], [9.833333], [9.833334]]

    def test_counts_each_person_for_the_days_they_were_there(self, building: Building) -> None:
        """C moves out on 11 January: 1 × 10 days beside 5 × 31. c 29.5 × 10 / 165, b 29.5 × 93 / 165."""
        building.leave("c", on=date(2026, 1, 11))
        building.share()

        frames = consume(building)

        assert shares(frames, building) == {"a": [11.084848], "b": [16.627273], "c": [1.787879]}
        [row] = frames.consumption.filter(pl.col("quantity_micro") == 1_787_879).to_dicts()
        assert (row["period_from"], row["period_to"]) == (date(2026, 1, 1), date(2026, 1, 11))

    def test_counts_a_change_of_persons_from_its_day(self, building: Building) -> None:
        """From 17 January a has 4: 2 × 16 + 4 × 15 = 92 of 92 + 93 + 31 = 216. 29.5 × 92 / 216 = 12.564815."""
        AgreementAttribute.objects.filter(agreement=building.agreements["a"]).update(superseded_at=LONG_AGO)
        for members, start, end in ((2, date(2025, 1, 1), date(2026, 1, 17)), (4, date(2026, 1, 17), None)):
            AgreementAttribute.objects.create(
                agreement=building.agreements["a"],
                attribute="members",
                value=members,
                valid_from=start,
                valid_to=end,
                recorded_at=LONG_AGO,
            )
        building.share()

        assert shares(consume(building), building)["a"] == [12.564815]

    def test_follows_the_rule_of_each_day(self, building: Building) -> None:
        """To 10 January by persons: 30 - 4 - 6 - 8 = 12. From the 11th b alone has the rest: 60 - 6 - 14.5 - 22."""
        building.read("2026-01-10", main="130", a="9", b="13", shop="8")
        change = date(2026, 1, 11)
        building.share(valid=(date(2025, 1, 1), change))
        building.share(sharing="b", method="EQUAL", valid=(change, None))

        found = consume(building)

        assert shares(found, building) == {"a": [4], "b": [6, 17.5], "c": [2]}

    def test_starts_where_shares_were_billed(self, building: Building) -> None:
        building.share()
        building.read("2026-02-28", main="250", a="25", b="37.5", shop="58")

        found = consume(building, until="2026-03-01", billed="2026-02-01")

        assert shares(found, building) == {"a": [4], "b": [6], "c": [2]}  # 60 - 10 - 10 - 28 = 12

    def test_of_a_meter_that_was_exchanged_takes_both(self, building: Building) -> None:
        """The main meter is exchanged on 16 January: 60 on the old one, 30 on the new one."""
        building.share()
        building.exchange_main(on=date(2026, 1, 16), closing="160", opening="7", end="37")

        assert shares(consume(building), building)["b"] == [14.75]


class TestAShareThatCannotBeKnown:
    def test_names_the_sub_meters_without_a_reading(self, building: Building) -> None:
        building.share()
        for name in ("a", "shop"):
            building.forget("2026-01-31", name)

        frames = consume(building)

        [(code, params)] = [one for one in refusals(frames) if one[0] == "SUB_NOT_READ"]
        assert (code, params["day"]) == ("SUB_NOT_READ", "2026-01-31")
        assert params["points"] == ", ".join(sorted(building.point(name).code for name in ("a", "shop")))
        assert (shares(frames, building), frames.refusals.height) == ({}, 3)

    @pytest.mark.parametrize("when_unread", ["REFUSE", "ESTIMATE"])
    def test_names_the_main_meter_without_a_reading(self, building: Building, when_unread: str) -> None:
        building.share(when_unread=when_unread)
        building.forget("2026-01-31", "main")

        assert [code for code, _params in refusals(consume(building))] == ["MAIN_NOT_READ"]

    def test_names_a_sub_meter_that_nothing_can_estimate(self, building: Building) -> None:
        building.share(when_unread="ESTIMATE")
        building.forget("2026-01-31", "shop")

        [(code, params)] = refusals(consume(building))

        assert (code, params["points"]) == ("SUB_NOT_READ", building.point("shop").code)

    def test_names_where_the_number_of_persons_is_not_known(self, building: Building) -> None:
        building.share()
        AgreementAttribute.objects.filter(agreement=building.agreements["b"]).update(superseded_at=LONG_AGO)

        frames = consume(building)

        [(code, params)] = refusals(frames)
        assert (code, params["points"]) == ("SHARE_ATTRIBUTE_MISSING", building.point("b").code)
        assert (shares(frames, building), frames.refusals.height) == ({}, 3)

    def test_is_refused_below_zero(self, building: Building) -> None:
        building.share()
        building.forget("2026-01-31", "main")
        building.read("2026-01-31", main="160")

        [(code, params)] = refusals(consume(building))

        assert (code, params["main_quantity"], params["subtracted"]) == ("NEGATIVE_REMAINDER", "60", "60.5")

    def test_is_nothing_below_zero_where_the_rule_says_so(self, building: Building) -> None:
        building.share(when_negative="ZERO")
        building.forget("2026-01-31", "main")
        building.read("2026-01-31", main="160")

        assert shares(consume(building), building) == {"a": [0], "b": [0], "c": [0]}

    def test_names_a_meter_that_runs_backwards(self, building: Building) -> None:
        building.share()
        building.read("2026-01-15", main="99")

        assert {(code, params["meter"]) for code, params in refusals(consume(building))} == {
            ("COMMON_READING_WRONG", "main")
        }

    def test_is_refused_where_the_rule_changes_on_a_day_that_nobody_read(self, building: Building) -> None:
        building.share(valid=(date(2025, 1, 1), date(2026, 1, 11)))

        [(code, params)] = refusals(consume(building))

        assert (code, params["day"]) == ("MAIN_NOT_READ", "2026-01-10")
