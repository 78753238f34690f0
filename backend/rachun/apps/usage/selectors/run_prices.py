"""What records cost in the runs of their source: a carrier's price beside the tariff's."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from rachun.apps.usage.models import PricedUsage, PricingRun, UsageRecord

RecordId = tuple[UUID, int]


def find_run_prices(*, records: Sequence[UsageRecord]) -> Mapping[RecordId, Sequence[PricedUsage]]:
    """Of a page of records, by batch and number, in the order of the runs' names: two queries, however many."""
    sources = {record.source_id for record in records}
    runs: dict[UUID, list[UUID]] = defaultdict(list)
    for run_id, source_id in PricingRun.objects.filter(source_id__in=sources).values_list("id", "source_id"):
        runs[source_id].append(run_id)
    wanted = [(run, record.load_key, record.record_no) for record in records for run in runs[record.source_id]]
    found: dict[RecordId, list[PricedUsage]] = defaultdict(list)
    if wanted:
        priced = PricedUsage.objects.filter(pk__in=wanted).select_related("run__table").order_by("run__code")
        for one in priced:
            found[one.load_key, one.record_no].append(one)
    return found
