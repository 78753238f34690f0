from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Upper

from rachun.apps.base.errors import NotFound
from rachun.apps.customers.errors import AccountNotFound
from rachun.apps.customers.models import Account, AccountAlias, Party, Premise
from rachun.apps.identity.scope import Scope


def list_parties(*, scope: Scope) -> QuerySet[Party]:
    """Parties the scope may see, by name in the order of the alphabet."""
    return Party.objects.filter(scope.on()).prefetch_related("contact_points").order_by("sort_key", "id")


def get_party(*, scope: Scope, party_id: UUID) -> Party:
    """Raises NotFound, also for a party outside the scope."""
    party = list_parties(scope=scope).filter(id=party_id).first()
    if party is None:
        raise NotFound(party_id=party_id)
    return party


def get_account(*, scope: Scope, account_id: UUID) -> Account:
    """Raises NotFound, also for an account outside the scope."""
    account = list_accounts(scope=scope).filter(id=account_id).first()
    if account is None:
        raise NotFound(account_id=account_id)
    return account


def list_accounts(*, scope: Scope) -> QuerySet[Account]:
    """Accounts the scope may see, by number."""
    accounts = Account.objects.filter(scope.on()).select_related("party")
    return accounts.prefetch_related("aliases").order_by("number", "id")


def get_premise(*, scope: Scope, premise_id: UUID) -> Premise:
    """Raises NotFound, also for a premise outside the scope."""
    premise = list_premises(scope=scope).filter(id=premise_id).first()
    if premise is None:
        raise NotFound(premise_id=premise_id)
    return premise


def list_premises(*, scope: Scope) -> QuerySet[Premise]:
    """Premises the scope may see, by address."""
    return Premise.objects.filter(scope.on()).order_by("settlement", "street", "building", "unit", "id")


def with_number(*, number: str) -> Q:
    """Accounts with this number, or with it as the number of a former system."""
    alias = AccountAlias.objects.filter(account=OuterRef("pk"), number=number)
    return Q(number=number) | Q(Exists(alias))


def named(*, part: str) -> QuerySet[Party]:
    """Parties with this in their name, in any case of letters; both sides are raised by the database, as its index."""
    return Party.objects.annotate(name_upper=Upper("name")).filter(name_upper__contains=Upper(Value(part)))


def get_account_by_number(*, legal_entity_id: UUID, number: str) -> Account:
    """The account with this number or former number. Raises AccountNotFound."""
    account = Account.objects.filter(with_number(number=number), legal_entity_id=legal_entity_id).first()
    if account is None:
        raise AccountNotFound(number=number)
    return account


def find_account_by_alias(*, legal_entity_id: UUID, number: str) -> Account | None:
    """The account that had this number in a former system."""
    alias = AccountAlias.objects.filter(legal_entity_id=legal_entity_id, number=number).select_related("account")
    found = alias.first()
    return found.account if found else None
