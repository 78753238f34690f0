"""What each shipped role must be able to do, and must never: stated by hand, against the rows that load_roles made."""

import pytest
from rachun.apps.identity.models import Role, RolePermission
from rachun.apps.identity.services.roles import operation_ids

pytestmark = pytest.mark.django_db
MUST = {
    "administrator": {"createOperator", "listAuditRows", "issueBillRun", "createReceipt", "updateLegalEntity"},
    "billing_operator": {
        "importReadings", "loadUsage", "listUsageRecords", "updateSuspendedUsage", "createRerating", "applyRerating",
        "createBillRun", "calculateBillRun",
        "listBillRunParked", "listBillRunDrafts", "approveBillRun", "issueBillRun", "getBillDocument",
        "importCustomers", "openAgreement", "endAgreement", "changeTariff", "changeAttribute", "handOverServicePoint",
        "addTariffVersion", "createMeterExchange", "getJob", "watchJob", "cancelJob", "listJobErrors",
        "changeDocumentTemplate", "createBillPrint", "resumeBillPrint", "downloadBillPrintFile",
    },
    "cashier": {
        "listAccounts", "getAccountBalance", "listBills", "createReceipt", "getReceipt", "findPayers", "openCashShift",
        "takeCashPayment", "cancelCashPayment", "answerCashPayment", "closeCashShift", "getCashDeskState",
    },
    "accountant": {"getTrialBalance", "listEntries", "closeAccountingPeriod", "reopenAccountingPeriod", "listReceipts",
                   "listPricedUsage"},
    "call_centre": {
        "getAccount", "getAccountBalance", "listBills", "getBillDocument", "listReadings", "createReading",
        "listReceipts", "listAgreements", "createSubscriberLogin",
    },
    "auditor": {"listAuditRows", "listEntries", "listBills", "listOperators", "getTrialBalance"},
    "subscriber": {"listOwnBills", "getOwnBillDocument", "getOwnAccountBalance", "listReceipts", "downloadDocument"},
    "partner": {"loadUsage", "createUsageRecords", "createReading", "createReceipt", "getJob"},
}  # fmt: skip
MUST_NOT = {
    "administrator": set(),
    "billing_operator": {
        "createOperator",
        "listAuditRows",
        "createReceipt",
        "closeAccountingPeriod",
        "createBranch",
        "createAgent",
        "createCashDesk",
        "openCashShift",
        "takeCashPayment",
    },
    "cashier": {
        "createAgent",
        "revokeAgent",
        "createCashDesk",
        "updateCashDesk",
        "createBillRun",
        "issueBillRun",
        "changeTariff",
        "closeAccountingPeriod",
        "listJobs",
        "listOperators",
    },
    "accountant": {
        "takeCashPayment",
        "closeCashShift",
        "createReceipt",
        "issueBillRun",
        "changeTariff",
        "createOperator",
        "listAuditRows",
    },
    "call_centre": {
        "createReceipt",
        "openAgreement",
        "createBillRun",
        "listEntries",
        "listJobs",
        "listOperators",
        "listPricedUsage",
        "downloadBillPrintFile",
    },
    "auditor": {
        "createReceipt",
        "takeCashPayment",
        "createAgent",
        "issueBillRun",
        "closeAccountingPeriod",
        "cancelJob",
        "importReadings",
    },
    "subscriber": {"listBills", "getAccountBalance", "listParties", "createReceipt", "listReadings", "listMeters"},
    "partner": {"listAccounts", "listParties", "listBills", "createBillRun", "listJobs"},
}
READ_ONLY = ("list", "get", "watch", "download", "search")


def operations_of(role: str) -> set[str]:
    return set(RolePermission.objects.filter(role__code=role).values_list("operation_id", flat=True))


class TestShippedRole:
    def test_is_named_here(self) -> None:
        shipped = set(Role.objects.values_list("code", flat=True))

        assert shipped == set(MUST) == set(MUST_NOT)

    @pytest.mark.parametrize("role", sorted(MUST))
    def test_can_do_its_work(self, role: str) -> None:
        assert MUST[role] <= operations_of(role)

    @pytest.mark.parametrize("role", sorted(MUST_NOT))
    def test_cannot_do_what_is_not_its_work(self, role: str) -> None:
        known = operation_ids()

        assert MUST_NOT[role] <= known, "an operation that does not exist proves nothing"
        assert not MUST_NOT[role] & operations_of(role)

    def test_of_the_administrator_has_everything(self) -> None:
        assert operations_of("administrator") == operation_ids()

    def test_of_the_auditor_changes_nothing(self) -> None:
        assert all(operation.startswith(READ_ONLY) for operation in operations_of("auditor"))

    @pytest.mark.parametrize("role", ["billing_operator", "cashier", "accountant", "call_centre", "auditor", "partner"])
    def test_of_the_enterprise_has_nothing_that_is_for_subscribers(self, role: str) -> None:
        assert not [operation for operation in operations_of(role) if "Own" in operation]
