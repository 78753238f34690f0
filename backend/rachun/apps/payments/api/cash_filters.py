import django_filters as filters

from rachun.apps.payments.models import CashDesk, CashPayment, CashShift


class CashDeskFilter(filters.FilterSet):
    legal_entity_id = filters.UUIDFilter(field_name="legal_entity_id")
    branch_id = filters.UUIDFilter(field_name="branch_id")

    class Meta:
        model = CashDesk
        fields = ("legal_entity_id", "branch_id")


class CashShiftFilter(filters.FilterSet):
    cash_desk_id = filters.UUIDFilter(field_name="desk_id")
    cashier_id = filters.UUIDFilter(field_name="cashier_id")
    state = filters.ChoiceFilter(choices=CashShift.State.choices)

    class Meta:
        model = CashShift
        fields = ("cash_desk_id", "cashier_id", "state")


class CashPaymentFilter(filters.FilterSet):
    shift_id = filters.UUIDFilter(field_name="shift_id")
    account_id = filters.UUIDFilter(field_name="account_id")
    state = filters.ChoiceFilter(choices=CashPayment.State.choices)

    class Meta:
        model = CashPayment
        fields = ("shift_id", "account_id", "state")
