"""Whatever a person has in hand → what it belongs to, each kind under the scope of who asks."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db import connection, transaction
from django.db.models import Q, QuerySet

from rachun.apps.agreements.models import ResourceAssignment, ServiceAgreement
from rachun.apps.billing.selectors.visible_bills import list_bills
from rachun.apps.customers.models import Account, Party, Premise
from rachun.apps.customers.selectors import list_accounts, list_parties, list_premises
from rachun.apps.identity.scope import Scope
from rachun.apps.metering.models import Installation, Meter
from rachun.apps.resources.models import Resource
from rachun.values.folding import folded

HITS_MAX = 8  # of a kind
SIMILARITY_MIN = 0.5  # of the words typed to words on file; one wrong letter in six gives about 0.55
DIGITS_MIN = 3
Named = TypeVar("Named", Party, Premise)


class HitKind(StrEnum):
    ACCOUNT = "ACCOUNT"
    PARTY = "PARTY"
    PREMISE = "PREMISE"
    METER = "METER"
    NUMBER = "NUMBER"
    BILL = "BILL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """account_id is where the hit leads; None when it leads to several accounts or to none."""

    kind: HitKind
    id: UUID
    title: str
    detail: str = ""
    account_id: UUID | None = None
    account_number: str = ""


def find(*, scope: Scope, text: str) -> list[Hit]:
    """Hits of every kind, numbers before words, the nearest first."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pg_trgm.word_similarity_threshold', %s, true)", [str(SIMILARITY_MIN)])
        hits = [hit for look in (*BY_NUMBER, *BY_WORDS) for hit in look(scope, text)]
    once = {(hit.kind, hit.id): hit for hit in reversed(hits)}
    return list(once.values())[::-1]


def accounts_by_number(scope: Scope, text: str) -> list[Hit]:
    digits = digits_of(text)
    if len(digits) < DIGITS_MIN:
        return []
    typed = text.strip()
    matches = Q(number__contains=digits) | Q(aliases__number__contains=typed)
    found = list_accounts(scope=scope).filter(matches).distinct()[:HITS_MAX]
    return sorted(map(hit_of_account, found), key=lambda hit: (hit.account_number != digits, hit.account_number))


def parties_by_phone(scope: Scope, text: str) -> list[Hit]:
    digits = digits_of(text)[-7:]  # without the prefix of the country, which few people type
    if len(digits) < DIGITS_MIN + 2:
        return []
    points = Q(contact_points__kind="PHONE", contact_points__value__contains=digits)
    return parties(list_parties(scope=scope).filter(points).distinct()[:HITS_MAX])


def numbers(scope: Scope, text: str) -> list[Hit]:
    digits = digits_of(text).lstrip("0")
    if len(digits) < DIGITS_MIN + 1:
        return []
    found = Resource.objects.filter(scope.on(), identifier__contains=digits).order_by("identifier", "id")
    hits = [Hit(kind=HitKind.NUMBER, id=row.id, title=row.identifier) for row in found[:HITS_MAX]]
    held = ResourceAssignment.objects.filter(
        resource_id__in=[hit.id for hit in hits], superseded_at=None, valid_to=None
    ).values_list("resource_id", "agreement__account_id")
    return leading(hits, accounts=dict(held))


def meters(scope: Scope, text: str) -> list[Hit]:
    serials = {text.strip(), text.strip().upper()}
    found = Meter.objects.filter(scope.on(), serial__in=serials).order_by("serial", "id")[:HITS_MAX]
    hits = [Hit(kind=HitKind.METER, id=row.id, title=row.serial, detail=row.model) for row in found]
    places = Installation.objects.filter(
        meter_id__in=[hit.id for hit in hits], superseded_at=None, valid_to=None
    ).values_list("meter_id", "service_point_id")
    holders = holders_at("service_point_id", {point for _, point in places})
    return leading(hits, accounts={meter: holders[point] for meter, point in places if point in holders})


def bills(scope: Scope, text: str) -> list[Hit]:
    found = list_bills(scope=scope).filter(number__in={text.strip(), text.strip().upper()})[:HITS_MAX]
    return [
        Hit(
            kind=HitKind.BILL,
            id=bill.id,
            title=bill.number,
            account_id=bill.account_id,
            account_number=bill.account.number,
        )
        for bill in found
    ]


def parties_by_name(scope: Scope, text: str) -> list[Hit]:
    near = nearest(list_parties(scope=scope), text=text)
    return parties(near) if near is not None else []


def premises(scope: Scope, text: str) -> list[Hit]:
    near = nearest(list_premises(scope=scope), text=text)
    hits = [Hit(kind=HitKind.PREMISE, id=row.id, title=str(row), detail=row.postcode) for row in near or ()]
    return leading(hits, accounts=holders_at("service_point__premise_id", {hit.id for hit in hits}))


Look = Callable[[Scope, str], list[Hit]]
BY_NUMBER: tuple[Look, ...] = (accounts_by_number, bills, meters, numbers, parties_by_phone)
BY_WORDS: tuple[Look, ...] = (parties_by_name, premises)


def digits_of(text: str) -> str:
    """The number that was typed: separators do not matter, letters mean that it was none."""
    return "" if re.search(r"[^\W\d_]", text) else re.sub(r"\D", "", text)


def nearest(rows: QuerySet[Named], *, text: str) -> QuerySet[Named] | None:
    """The rows whose search key holds words like those typed, the likest first; None for a text without letters."""
    key = folded(text=text)
    if not re.search("[a-z]", key):
        return None
    alike = rows.filter(search_key__trigram_word_similar=key)
    return alike.annotate(likeness=TrigramWordSimilarity(key, "search_key")).order_by("-likeness", "id")[:HITS_MAX]


def hit_of_account(account: Account) -> Hit:
    return Hit(
        kind=HitKind.ACCOUNT,
        id=account.id,
        title=account.number,
        detail=account.party.name,
        account_id=account.id,
        account_number=account.number,
    )


def parties(found: Iterable[Party]) -> list[Hit]:
    hits = [Hit(kind=HitKind.PARTY, id=party.id, title=party.name, detail=party.tax_id) for party in found]
    owned = Account.objects.filter(party_id__in=[hit.id for hit in hits]).order_by("closed_date", "number")
    accounts: dict[UUID, list[UUID]] = {}
    for party_id, account_id in owned.values_list("party_id", "id"):
        accounts.setdefault(party_id, []).append(account_id)
    return leading(hits, accounts={party: ids[0] for party, ids in accounts.items() if len(ids) == 1})


def holders_at(place: str, ids: set[UUID]) -> dict[UUID, UUID]:
    """Place id → the one account that is served there now; places with several accounts are left out."""
    served = ServiceAgreement.objects.filter(
        **{f"{place}__in": ids}, terms__superseded_at=None, terms__valid_to=None, terms__isnull=False
    )
    pairs = set(served.values_list(place, "account_id"))
    several = {where for where, _ in pairs if sum(other == where for other, _ in pairs) > 1}
    return {where: account for where, account in pairs if where not in several}


def leading(hits: list[Hit], *, accounts: Mapping[UUID, UUID]) -> list[Hit]:
    """The hits with the accounts that they lead to."""
    told = dict(Account.objects.filter(id__in=set(accounts.values())).values_list("id", "number"))
    return [
        replace(hit, account_id=accounts[hit.id], account_number=told[accounts[hit.id]]) if hit.id in accounts else hit
        for hit in hits
    ]
