from datetime import date

from django.db import IntegrityError, transaction

from rachun.apps.agreements.errors import ContractNumberTaken
from rachun.apps.agreements.models import Contract
from rachun.apps.base.audit import record_audit
from rachun.apps.base.transactions import assert_in_transaction
from rachun.apps.base.violations import is_duplicate
from rachun.apps.customers.models import Account


def sign_contract(*, account: Account, number: str, signed_date: date) -> Contract:
    """Keep the legal paper under which agreements of the account stand. Raises ContractNumberTaken."""
    assert_in_transaction()
    try:
        with transaction.atomic():
            contract = Contract.objects.create(account=account, number=number, signed_date=signed_date)
    except IntegrityError as error:
        if is_duplicate(error):
            raise ContractNumberTaken(number=number) from error
        raise
    record_audit(
        operation="createContract",
        object_kind="contract",
        object_id=contract.id,
        legal_entity_id=account.legal_entity_id,
        after={"account": account.number, "number": number, "signed_date": signed_date},
    )
    return contract
