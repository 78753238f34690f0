"""Use cases and building blocks of rating."""

from rachun.apps.rating.services.import_rate_deck import DeckImported, RateTerms, import_rate_deck
from rachun.apps.rating.services.import_rate_plans import PlansImported, import_rate_plans
from rachun.apps.rating.services.load_usage import LoadOutcome, UsageFile, Watch, load_usage
from rachun.apps.rating.services.order_rerating import ReratingAsked, run_rerating, start_applying, start_rehearsal
from rachun.apps.rating.services.price_runs import price_runs
from rachun.apps.rating.services.record_calls import RecordedCall, ToldCall, audit_calls, record_calls
from rachun.apps.rating.services.release_suspended import Place, Released, release_suspended
from rachun.apps.rating.services.rerate_calls import CallDifference, rerate_calls
from rachun.apps.rating.services.settle_bundles import settle_bundles

__all__ = [
    "CallDifference",
    "DeckImported",
    "LoadOutcome",
    "Place",
    "PlansImported",
    "RateTerms",
    "RecordedCall",
    "Released",
    "ReratingAsked",
    "ToldCall",
    "UsageFile",
    "Watch",
    "audit_calls",
    "import_rate_deck",
    "import_rate_plans",
    "load_usage",
    "price_runs",
    "record_calls",
    "release_suspended",
    "rerate_calls",
    "run_rerating",
    "settle_bundles",
    "start_applying",
    "start_rehearsal",
]
