"""Engine columns → rows of charges, draft bills and billed days: the only file that knows both."""

from collections.abc import Mapping
from uuid import UUID

import polars as pl

from rachun.apps.base.columns import texts
from rachun.apps.base.copying import jsonb, raw_ids
from rachun.apps.billing.selectors.chunk_inputs import ChunkInputs
from rachun.engine.tariffs.components import EVERY_REGISTER, Metered, Reactive, registers_of

PER_DAY_KINDS = ("fixed", "per_attribute")
CHARGE_TYPES: Mapping[str, pl.DataType] = {
    "line_no": pl.Int32(),
    "component": pl.String(),
    "kind": pl.String(),
    "register": pl.String(),
    "block_no": pl.Int16(),
    "label": pl.String(),
    "service_from": pl.Date(),
    "service_to": pl.Date(),
    "quantity_micro": pl.Int64(),
    "unit_price_e8": pl.Int64(),
    "net_minor": pl.Int64(),
    "tax_category": pl.String(),
    "tax_rate_micro": pl.Int64(),
    "tax_minor": pl.Int64(),
    "gross_minor": pl.Int64(),
    "posting_code": pl.String(),
    "basis": pl.String(),
}


def charge_rows(*, charges: pl.DataFrame, inputs: ChunkInputs, load_key: UUID, draft_ids: pl.Series) -> pl.DataFrame:
    """Rows of billing_charge for COPY. draft_ids: bill ids by account_ix, as COPY sends them."""
    explained = with_readings(charges, evidence=inputs.evidence)
    filled = [pl.col(name).fill_null("") for name in ("register", "label", "basis")]
    rows = explained.with_columns(*filled, line_no=pl.col("line_ix") + 1).with_columns(
        pl.col(name).cast(kind) for name, kind in CHARGE_TYPES.items()
    )
    frames = inputs.frames
    return rows.select(
        pl.lit(load_key.bytes).alias("load_key"),
        draft_ids.gather(rows["account_ix"]).alias("bill_id"),
        taken("account_id", frames.account_keys, by=rows["account_ix"]),
        taken("agreement_id", frames.agreement_keys, by=rows["agreement_ix"]),
        taken("version_id", texts(frames.version_ids), by=rows["version_ix"]),
        *CHARGE_TYPES,
        jsonb(pl.col("inputs")).alias("inputs"),
    )


def taken(name: str, ids: pl.Series, *, by: pl.Series) -> pl.Series:
    """The ids (texts) at the positions of `by`, as bytes."""
    return raw_ids(ids).gather(by).alias(name)


def with_readings(charges: pl.DataFrame, *, evidence: pl.DataFrame) -> pl.DataFrame:
    """Put the evidence of the consumption (meter, readings) into the inputs of lines that charge what was used."""
    listed = pl.col("inputs").str.extract(r'"consumption":\[([0-9,]+)\]').str.split(",")
    rows = charges.with_row_index("row")
    found = (
        rows.filter(pl.col("kind").is_in([Metered.kind, Reactive.kind]))
        .select("row", consumption_ix=listed)
        .explode("consumption_ix")
        .drop_nulls()
        .with_columns(pl.col("consumption_ix").cast(pl.UInt32))
        .join(evidence.select(pl.col("consumption_ix").cast(pl.UInt32), "evidence"), on="consumption_ix")
        .sort("row", "consumption_ix")
        .group_by("row", maintain_order=True)
        .agg(pl.col("evidence").str.join(","))
    )
    joined = rows.join(found, on="row", how="left", maintain_order="left")
    extended = pl.concat_str(pl.col("inputs").str.head(-1), pl.lit(',"readings":['), pl.col("evidence"), pl.lit("]}"))
    return joined.with_columns(
        inputs=pl.when(pl.col("evidence").is_not_null()).then(extended).otherwise(pl.col("inputs"))
    ).drop("row", "evidence")


def billed_stretches(*, charges: pl.DataFrame, inputs: ChunkInputs) -> pl.DataFrame:
    """account_ix, agreement_ix, component, register, valid_from, valid_to: the days these charges bill."""
    keys = ["account_ix", "agreement_ix", "component", "register"]
    per_day = charges.filter(pl.col("kind").is_in(PER_DAY_KINDS)).select(
        "account_ix",
        "agreement_ix",
        "component",
        register=pl.lit(""),
        valid_from=pl.col("service_from"),
        valid_to=pl.col("service_to"),
    )
    accounts = charges.select("account_ix").unique()
    owners = inputs.frames.agreements.select("agreement_ix", "account_ix").unique()
    used = (
        inputs.evidence.join(owners, on="agreement_ix")
        .join(accounts, on="account_ix", how="semi")
        .join(inputs.frames.assignments, on="agreement_ix")
        .join(metered_components(inputs), on="plan_ix")
        .filter((pl.col("priced") == pl.col("register")) | (pl.col("priced") == EVERY_REGISTER))
        .with_columns(
            valid_from=pl.max_horizontal("period_from", "valid_from"),
            valid_to=pl.min_horizontal("period_to", "valid_to"),
        )
        .filter(pl.col("valid_from") < pl.col("valid_to"))
        .group_by(*keys, "plan_ix")
        .agg(pl.col("valid_from").min(), pl.col("valid_to").max())
    )
    columns = [*keys, "valid_from", "valid_to"]
    return pl.concat([per_day.select(columns), used.select(columns)]).unique().sort(columns)


def draft_estimates(*, accounts: pl.DataFrame, inputs: ChunkInputs) -> pl.DataFrame:
    """account_ix, agreement_ix, register, period_from, period_to, quantity_micro, evidence, rule_id, takes_back_id.

    accounts: account_ix of those that get a draft; of the others nothing was billed.
    """
    columns = ["account_ix", "agreement_ix", "register", "period_from", "period_to", "quantity_micro"]
    nobody = pl.lit(None, pl.String)
    made = inputs.estimates.select(*columns, "evidence", "rule_id", takes_back_id=nobody)
    back = inputs.taken_back.select(*columns, evidence=pl.lit(""), rule_id=nobody, takes_back_id="consumption_id")
    return pl.concat([made, back]).join(accounts, on="account_ix", how="semi", maintain_order="left")


def metered_components(inputs: ChunkInputs) -> pl.DataFrame:
    """plan_ix, component, priced: every register that a version of the plan looks at."""
    rows = {
        (version.plan_ix, component.code, register)
        for version in inputs.frames.versions
        for component in version.tariff.components
        for register in registers_of(component)
    }
    schema = {"plan_ix": pl.Int64, "component": pl.String, "priced": pl.String}
    return pl.DataFrame(sorted(rows), schema=schema, orient="row")
