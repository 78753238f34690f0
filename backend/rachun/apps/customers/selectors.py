from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from rachun.apps.customers.errors import AccountNotFound
from rachun.apps.customers.models import Account, AccountAlias, Party, Premise
from rachun.apps.identity.scope import Scope


def list_parties(*, scope: Scope) -> QuerySet[Party]:
    """Parties the scope may see, by name in the order of the alphabet."""
    return Party.objects.filter(scope.on("")).prefetch_related("contact_points").order_by("sort_key", "id")


def list_accounts(*, scope: Scope) -> QuerySet[Account]:
    """Accounts the scope may see, by number."""
    accounts = Account.objects.filter(scope.on_account()).select_related("party")
    return accounts.prefetch_related("aliases").order_by("number", "id")


def list_premises(*, scope: Scope) -> QuerySet[Premise]:
    """Premises the scope may see, by address."""
    return Premise.objects.filter(scope.on("")).order_by("settlement", "street", "building", "unit", "id")


def with_number(*, number: str) -> Q:
    """Accounts with this number, or with it as the number of a former system."""
    alias = AccountAlias.objects.filter(account=OuterRef("pk"), number=number)
    return Q(number=number) | Q(Exists(alias))


def get_account_by_number(*, legal_entity_id: UUID, number: str) -> Account:
    """The account with this number or former number. Raises AccountNotFound."""
    account = Account.objects.filter(with_number(number=number), legal_entity_id=legal_entity_id).first()
    if account is None:
        raise AccountNotFound(number=number)
    return account


def find_account_by_alias(*, legal_entity_id: UUID, number: str) -> Account | None:
    alias = AccountAlias.objects.filter(legal_entity_id=legal_entity_id, number=number).select_related("account")
    found = alias.first()
    return found.account if found else None
