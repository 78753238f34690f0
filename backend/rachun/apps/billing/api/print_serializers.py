from rest_framework import serializers

from rachun.apps.base.api.serializers import In, Out
from rachun.apps.base.models import Job
from rachun.apps.customers.models import Account
from rachun.apps.documents.models import PrintBatch

BILLS_PER_FILE_MAX = 20_000
MEGABYTES_MAX = 2_000


class BillPrintIn(In):
    run_id = serializers.UUIDField(default=None, allow_null=True)
    legal_entity_id = serializers.UUIDField(default=None, allow_null=True, help_text="Without a run.")
    document_date_from = serializers.DateField(default=None, allow_null=True, help_text="Without a run.")
    document_date_before = serializers.DateField(default=None, allow_null=True, help_text="Without a run.")
    branch_id = serializers.UUIDField(default=None, allow_null=True)
    delivery = serializers.ChoiceField(
        choices=Account.Delivery.choices, default=Account.Delivery.PAPER, allow_null=True, help_text="null: every bill."
    )
    order = serializers.ChoiceField(choices=PrintBatch.Order.choices, default=PrintBatch.Order.ROUTE)
    form = serializers.ChoiceField(
        choices=PrintBatch.Form.choices,
        default=PrintBatch.Form.MERGED,
        help_text="MERGED: a file is one PDF. SINGLE: a file is an archive with a PDF of each bill.",
    )
    is_split_by_branch = serializers.BooleanField(default=True)
    bills_per_file = serializers.IntegerField(default=1000, min_value=1, max_value=BILLS_PER_FILE_MAX)
    megabytes_per_file = serializers.IntegerField(default=100, min_value=5, max_value=MEGABYTES_MAX)


class BillPrintOut(Out):
    id = serializers.UUIDField()
    legal_entity_id = serializers.UUIDField()
    branch_id = serializers.UUIDField(allow_null=True)
    run_id = serializers.UUIDField(source="subject_id", allow_null=True)
    delivery = serializers.ChoiceField(choices=Account.Delivery.choices, allow_null=True, source="chosen.delivery")
    document_date_from = serializers.DateField(source="chosen.document_date_from", allow_null=True)
    document_date_before = serializers.DateField(source="chosen.document_date_before", allow_null=True)
    order = serializers.ChoiceField(choices=PrintBatch.Order.choices)
    form = serializers.ChoiceField(choices=PrintBatch.Form.choices)
    is_split_by_branch = serializers.BooleanField()
    bills_per_file = serializers.IntegerField(source="most_per_file")
    bill_count = serializers.IntegerField(source="document_count")
    job_id = serializers.UUIDField()
    job_state = serializers.SerializerMethodField(help_text="Of the latest job: a stopped one can be resumed.")
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)

    def get_job_state(self, batch: PrintBatch) -> str:
        return str(getattr(batch, "job_state", None) or Job.State.PENDING)


class BillPrintFileOut(Out):
    id = serializers.UUIDField()
    print_id = serializers.UUIDField(source="batch_id")
    number = serializers.IntegerField()
    branch_id = serializers.UUIDField(allow_null=True)
    branch_name = serializers.CharField(source="branch.name", default="", allow_blank=True)
    name = serializers.CharField()
    media_type = serializers.CharField()
    size_bytes = serializers.IntegerField()
    bill_count = serializers.IntegerField(source="document_count")
    page_count = serializers.IntegerField()
    first_number = serializers.CharField()
    latest_number = serializers.CharField()
    sha256 = serializers.CharField()
    printed_at = serializers.DateTimeField()
