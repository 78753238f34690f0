"""Records → agreement → tariff → price, as columns. Every record ends in one state, with a reason where it waits.

A frame of records carries `ix`, its place; each step adds what it finds and the first reason why it cannot go on.
"""

import re
from uuid import UUID

import polars as pl

from rachun.apps.rating.selectors.guiding import (
    CallFacts,
    TariffFacts,
    get_tariff_facts,
    list_account_agreements,
)
from rachun.apps.usage.models import UsageRecord
from rachun.countries.pack import NumberingPlan
from rachun.engine.rating.calls import rate_calls
from rachun.engine.rating.numbers import NumberingRules, e164_numbers, normalise_number

State = UsageRecord.State
NUMBER_MAX = 20
_E164_LEAST, _E164_MOST = 10, 15
_PLAIN = re.compile(r"\+?[0-9]+", re.ASCII)
ANY_PREFIX = "*"  # a rate for whatever is dialled has no digits, and a priced call names its prefix
_PRICED = {
    "component": pl.String(),
    "prefix": pl.String(),
    "destination": pl.String(),
    "billed_s": pl.Int64(),
    "amount_micro": pl.Int64(),
    "problem": pl.String(),
}


def rules_of(*, plan: NumberingPlan | None, area_code: str) -> NumberingRules:
    """How numbers are dialled at a source. Without a plan of the country only international numbers are understood."""
    if plan is None:
        return NumberingRules(country_code="", trunk_prefix="", national_lengths=frozenset(range(7, 16)))
    local = {length - len(area_code) for length in plan.national_lengths} if area_code else set()
    return NumberingRules(
        country_code=plan.country_code,
        trunk_prefix=plan.trunk_prefix,
        international_prefix=plan.international_prefix,
        national_lengths=frozenset(plan.national_lengths),
        area_code=area_code or None,
        local_lengths=frozenset(local),
        short_lengths=frozenset(len(code) for code in plan.short_codes),
    )


def e164_of(*, numbers: pl.Series, rules: NumberingRules) -> pl.Series:
    """E.164 digits or null. Ten digits and more that no national rule resolves are international already, as exchanges
    write them without a plus.
    """
    understood = e164_numbers(numbers=numbers, rules=rules)
    if not understood.null_count():
        return understood
    bare = numbers.cast(pl.String).str.replace_all(r"[^0-9]", "")
    is_international = bare.str.len_bytes().is_between(_E164_LEAST, _E164_MOST) & ~bare.str.starts_with("0")
    found = pl.DataFrame({"understood": understood, "bare": bare, "is_international": is_international})
    return found.select(e164=pl.coalesce("understood", pl.when("is_international").then("bare")))["e164"]


def e164_text_of(*, number: str, rules: NumberingRules) -> str | None:
    """The same for one number; None where the columns have to tell."""
    found = normalise_number(number=number, rules=rules)
    if found is not None or not _PLAIN.fullmatch(number):
        return found
    bare = number.removeprefix("+")
    return bare if _E164_LEAST <= len(bare) <= _E164_MOST and bare[0] != "0" else None


def number_calls(*, records: pl.DataFrame, rules: NumberingRules) -> pl.DataFrame:
    """Adds caller_e164 and called_e164."""
    return records.with_columns(
        caller_e164=e164_of(numbers=records["caller"], rules=rules),
        called_e164=e164_of(numbers=records["called"], rules=rules),
    )


def price_calls(*, records: pl.DataFrame, facts: CallFacts) -> pl.DataFrame:
    """records: as number_calls leaves them, with usage_date, billable_s, answered; facts that know their callers. Adds
    state, reason, agreement_id, component, prefix,
    destination, billed_s, amount_micro; caller and called become E.164 where they can be read.

    Reasons: BAD_CALLER, UNKNOWN_SUBSCRIBER, NO_AGREEMENT, NO_TARIFF, NO_COMPONENT, BAD_NUMBER, NO_RATE, BAD_DURATION,
    OVERFLOW; of unbillable ones UNANSWERED, NO_DURATION.
    """
    numbered = records.with_row_index("ix")
    versed = _guided(numbered, facts=facts)
    priced = versed.join(_rated(versed, facts=facts.tariffs), on="ix", how="left", maintain_order="left")
    known = facts.known
    is_known = pl.col("caller_e164").is_in(known["caller"].implode())
    silent = ~pl.col("answered") | (pl.col("billable_s") == 0)
    reason = (
        pl.when(~pl.col("answered"))
        .then(pl.lit("UNANSWERED"))
        .when(silent)
        .then(pl.lit("NO_DURATION"))
        .when(pl.col("caller_e164").is_null())
        .then(pl.lit("BAD_CALLER"))
        .when(~is_known)
        .then(pl.lit("UNKNOWN_SUBSCRIBER"))
        .when(pl.col("agreement_id").is_null())
        .then(pl.lit("NO_AGREEMENT"))
        .when(pl.col("version_id").is_null())
        .then(pl.lit("NO_TARIFF"))
        .otherwise(pl.col("problem"))
        .fill_null("")
    )
    judged = priced.with_columns(reason=reason).with_columns(
        state=pl.when(silent)
        .then(pl.lit(State.UNBILLABLE.value))
        .when(pl.col("reason") == "")
        .then(pl.lit(State.RATED.value))
        .otherwise(pl.lit(State.SUSPENDED.value)),
        caller=pl.coalesce("caller_e164", pl.col("caller").fill_null("").str.slice(0, NUMBER_MAX)),
        called=pl.coalesce("called_e164", pl.col("called").fill_null("").str.slice(0, NUMBER_MAX)),
    )
    return _priced_only(judged).drop("ix")


def _guided(numbered: pl.DataFrame, *, facts: CallFacts) -> pl.DataFrame:
    """Adds agreement_id and version_id. Nearly every call finds both in the joined spans; the others go step by step,
    so that the step at which they stop is known.
    """
    found = _on_day(facts.spans, numbered, on=["caller_e164"]).select("ix", "agreement_id", "version_id")
    if found["ix"].is_duplicated().any():  # an agreement may be served at two points on one day
        found = found.unique("ix", keep="first", maintain_order=True)
    joined = numbered.join(found, on="ix", how="left", maintain_order="left")
    if joined["version_id"].null_count() == 0:
        return joined
    stopped = numbered.filter(joined["version_id"].is_null())
    guided = _first_on_day(stopped, facts.assigned, on="caller_e164")
    steps = _with_version(guided, facts=facts.tariffs).select("ix", "agreement_id", "version_id")
    rest = pl.concat([found, steps])
    return numbered.join(rest, on="ix", how="left", maintain_order="left")


def price_deliveries(*, records: pl.DataFrame, legal_entity_id: UUID) -> pl.DataFrame:
    """records: account, service, item, unit, usage_date. Adds what price_calls adds; the amount stays open, because
    the tariff's one_off component prices it on the bill.

    Reasons: UNKNOWN_SUBSCRIBER, NO_AGREEMENT, AMBIGUOUS_AGREEMENT, NO_TARIFF, NO_RATE, WRONG_UNIT.
    """
    numbered = records.with_row_index("ix").with_columns(service_code=pl.col("service").str.to_lowercase())
    numbers = numbered["account"].unique().to_list()
    known, agreements = list_account_agreements(legal_entity_id=legal_entity_id, numbers=numbers)
    held = agreements.rename({"service": "service_code"})
    facts = get_tariff_facts(legal_entity_id=legal_entity_id, agreement_ids=held["agreement_id"].unique())
    served = _on_day(held.join(facts.terms, on="agreement_id"), numbered, on=["account", "service_code"])
    found = served.group_by("ix").agg(pl.col("agreement_id").unique().sort())
    guided = numbered.join(found, on="ix", how="left", maintain_order="left").with_columns(
        candidates=pl.col("agreement_id").list.len().fill_null(0),
        agreement_id=pl.col("agreement_id").list.first(),
    )
    only = pl.when(pl.col("candidates") == 1).then("agreement_id")
    versed = _with_version(guided.with_columns(agreement_id=only), facts=facts)
    items = facts.one_offs.unique(["version_id", "item"], keep="first", maintain_order=True).rename(
        {"unit": "tariff_unit"}
    )
    priced = versed.join(items, on=["version_id", "item"], how="left", maintain_order="left")
    reason = (
        pl.when(~pl.col("account").is_in(known["account"].implode()))
        .then(pl.lit("UNKNOWN_SUBSCRIBER"))
        .when(pl.col("candidates") == 0)
        .then(pl.lit("NO_AGREEMENT"))
        .when(pl.col("candidates") > 1)
        .then(pl.lit("AMBIGUOUS_AGREEMENT"))
        .when(pl.col("version_id").is_null())
        .then(pl.lit("NO_TARIFF"))
        .when(pl.col("component").is_null())
        .then(pl.lit("NO_RATE"))
        .when(pl.col("unit").str.to_lowercase() != pl.col("tariff_unit").str.to_lowercase())
        .then(pl.lit("WRONG_UNIT"))
        .otherwise(pl.lit(""))
    )
    judged = priced.with_columns(reason=reason).with_columns(
        state=pl.when(pl.col("reason") == "").then(pl.lit(State.RATED.value)).otherwise(pl.lit(State.SUSPENDED.value)),
        **{name: pl.lit(None, _PRICED[name]) for name in ("prefix", "destination", "billed_s", "amount_micro")},
    )
    return _priced_only(judged).sort("ix").drop("ix")


def _priced_only(judged: pl.DataFrame) -> pl.DataFrame:
    """What was not priced carries no trace of a price; what is stored has no nulls but the amount and the agreement."""
    rated = pl.col("state") == State.RATED.value
    texts = [
        pl.when(rated).then(pl.col(name)).fill_null("").alias(name) for name in ("component", "prefix", "destination")
    ]
    amount = pl.when(rated).then("amount_micro").alias("amount_micro")
    return judged.with_columns(*texts, amount, pl.when(rated).then("billed_s").fill_null(0).alias("billed_s"))


def _with_version(records: pl.DataFrame, *, facts: TariffFacts) -> pl.DataFrame:
    """Keep the agreement only where it is served on the day; add the version of its plan of that day."""
    served = _on_day(facts.terms, records, on=["agreement_id"]).select("ix").unique()
    is_served = pl.col("ix").is_in(served["ix"].implode())
    kept = records.with_columns(agreement_id=pl.when(is_served).then("agreement_id"))
    planned = _first_on_day(kept, facts.plans, on="agreement_id")
    return _first_on_day(planned, facts.versions, on="plan_id")


def _on_day(facts: pl.DataFrame, records: pl.DataFrame, *, on: list[str]) -> pl.DataFrame:
    """Facts beside the records of whose usage_date they are in force."""
    day = pl.col("usage_date")
    in_force = (day >= pl.col("valid_from")) & (pl.col("valid_to").is_null() | (day < pl.col("valid_to")))
    return records.select("ix", "usage_date", *on).join(facts, on=on).filter(in_force)


def _first_on_day(records: pl.DataFrame, facts: pl.DataFrame, *, on: str) -> pl.DataFrame:
    """The fact in force on the record's day; constraints of the database leave at most one."""
    found = _on_day(facts, records, on=[on]).drop(on, "usage_date", "valid_from", "valid_to")
    return records.join(found.unique("ix", keep="first"), on="ix", how="left", maintain_order="left")


def _rated(versed: pl.DataFrame, *, facts: TariffFacts) -> pl.DataFrame:
    """Ix and the columns of _PRICED. A version with several traffic components prices by the first that has a rate."""
    open_calls = versed.filter(pl.col("version_id").is_not_null()).select(
        "ix", "version_id", "usage_date", "started_at", "billable_s", "answered", called=pl.col("called_e164")
    )
    choices = open_calls.join(facts.traffic, on="version_id", maintain_order="left")
    answers = [_by_table(part, facts=facts) for part in choices.partition_by("table")]
    empty = pl.DataFrame(schema={"ix": pl.UInt32(), "rank": pl.Int64(), **_PRICED})
    found = pl.concat([empty, *answers])
    if facts.traffic["version_id"].is_duplicated().any():
        best = found.sort("ix", pl.col("problem").is_not_null(), pl.col("problem") == "NO_RATE", "rank")
        found = best.unique("ix", keep="first", maintain_order=True)
    found = found.drop("rank")
    if found.height == open_calls.height:
        return found
    nothing = open_calls.select("ix").join(found, on="ix", how="anti")
    absent = [pl.lit(None, kind).alias(name) for name, kind in _PRICED.items() if name != "problem"]
    return pl.concat([found, nothing.with_columns(*absent, problem=pl.lit("NO_COMPONENT"))])


def _by_table(calls: pl.DataFrame, *, facts: TariffFacts) -> pl.DataFrame:
    table = facts.tables.get(calls["table"][0])
    if table is None:
        absent = [
            pl.lit(None, kind).alias(name) for name, kind in _PRICED.items() if name not in ("component", "problem")
        ]
        return calls.select("ix", "rank", "component", *absent, problem=pl.lit("NO_RATE")).select(
            "ix", "rank", *_PRICED
        )
    rated = rate_calls(calls=calls, table=table)
    columns = {
        "component": calls["component"],
        "prefix": rated["prefix"].replace("", ANY_PREFIX),
        "destination": rated["label"],
        "billed_s": rated["billed_s"],
        "amount_micro": rated["amount_micro"],
        "problem": rated["error"],
    }
    return calls.select("ix", "rank").with_columns(**columns)
