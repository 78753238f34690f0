"""Bill runs, their drafts and parked accounts as operators see them."""

from django.db.models import BigIntegerField, F, QuerySet
from django.db.models.functions import Abs, Coalesce

from rachun.apps.billing.models import BillRun, ControlSheet, DraftBill, ParkedAccount
from rachun.apps.identity.scope import Scope


def list_runs(*, scope: Scope) -> QuerySet[BillRun]:
    """Runs of the legal entities, or of the branches, that the scope reaches; newest first."""
    return BillRun.objects.filter(scope.on()).order_by("-period_from", "-id")


def list_drafts(*, run: BillRun) -> QuerySet[DraftBill]:
    """Drafts against the account's previous bill, the largest difference first."""
    difference = F("gross_minor") - Coalesce(F("previous_gross_minor"), 0, output_field=BigIntegerField())
    drafts = DraftBill.objects.filter(run_id=run.id).select_related("account", "account__legal_entity")
    return drafts.annotate(difference_minor=difference).order_by(Abs("difference_minor").desc(), "account__number")


def list_parked(*, run: BillRun) -> QuerySet[ParkedAccount]:
    return (
        ParkedAccount.objects.filter(run_id=run.id).select_related("account", "agreement").order_by("account__number")
    )


def find_control_sheet(*, run: BillRun) -> ControlSheet | None:
    """The latest one."""
    return ControlSheet.objects.filter(run_id=run.id).order_by("-made_at", "-id").first()
