"""Prices of records beside their tariff's, one for each run."""

from datetime import datetime

import polars as pl
from django.db import connection

from rachun.apps.base.transactions import assert_in_transaction
from rachun.apps.usage.models import PricingRun

_KEEP = """
INSERT INTO usage_pricedusage AS p
       (run_id, load_key, record_no, prefix, destination, billed_s, amount_micro, reason, priced_at)
SELECT %s, n.load_key, n.record_no, coalesce(n.prefix, ''), coalesce(n.destination, ''), coalesce(n.billed_s, 0),
       n.amount_micro, n.reason, %s
  FROM unnest(%s::uuid[], %s::int[], %s::text[], %s::text[], %s::int[], %s::bigint[], %s::text[])
    AS n (load_key, record_no, prefix, destination, billed_s, amount_micro, reason)
    ON CONFLICT (run_id, load_key, record_no) DO UPDATE
   SET prefix = excluded.prefix, destination = excluded.destination, billed_s = excluded.billed_s,
       amount_micro = excluded.amount_micro, reason = excluded.reason, priced_at = excluded.priced_at
 WHERE p.reason <> ''
"""
_ALL = _KEEP.removesuffix(" WHERE p.reason <> ''\n")
_COLUMNS = ("load_key", "record_no", "prefix", "destination", "billed_s", "amount_micro", "reason")


def keep_priced(*, run: PricingRun, priced: pl.DataFrame, priced_at: datetime, replaces: bool = False) -> None:
    """Store prices of the run; one that was found before stands, unless it `replaces` them. priced: _COLUMNS."""
    assert_in_transaction()
    with connection.cursor() as cursor:
        cursor.execute(_ALL if replaces else _KEEP, [run.id, priced_at, *(priced[name].to_list() for name in _COLUMNS)])
