"""Small things tests need: an enterprise with two branches, people in it, their tokens."""

from dataclasses import dataclass
from uuid import uuid4

from django.db import transaction
from django.utils import timezone
from rachun.apps.identity.models import Branch, LegalEntity, Principal
from rachun.apps.identity.services.principals import Assignment, add_operator, add_subscriber
from rachun.apps.identity.services.sessions import open_session
from rest_framework.test import APIClient

PASSWORD = "grom-nad-rikoju-7"


def make_entity(*, code: str = "KOM", country_pack: str = "BA", currency: str = "BAM") -> LegalEntity:
    return LegalEntity.objects.create(
        code=code,
        name=f"{code} d.o.o.",
        short_name=code,
        country_pack=country_pack,
        country_code=country_pack,
        time_zone="Europe/Sarajevo",
        currency=currency,
        language="bs",
        updated_at=timezone.now(),
    )


def make_branch(*, entity: LegalEntity, code: str = "A") -> Branch:
    return Branch.objects.create(legal_entity=entity, code=code, name=f"Branch {code}", updated_at=timezone.now())


def make_operator(
    *, entity: LegalEntity, branch: Branch | None = None, role: str = "administrator", login: str = ""
) -> Principal:
    assignment = Assignment(role=role, legal_entity_id=entity.id, branch_id=branch.id if branch else None)
    with transaction.atomic():
        operator = add_operator(
            login=login or f"op-{uuid4().hex[:12]}",
            password=PASSWORD,
            full_name="Ana Anić",
            language="bs",
            assignments=[assignment],
        )
    return operator.principal


def make_subscriber(*, unique_id: str = "") -> Principal:
    with transaction.atomic():
        return add_subscriber(unique_id=unique_id or f"s{uuid4().hex[:12]}", language="bs").principal


def client_of(principal: Principal | None, *, raises: bool = True) -> APIClient:
    """An API client signed in as the principal; None is nobody."""
    client = APIClient(raise_request_exception=raises)
    if principal is not None:
        tokens = open_session(principal=principal, origin="127.0.0.1", now=timezone.now())
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens.access}")
    return client


@dataclass(frozen=True, slots=True, kw_only=True)
class Enterprise:
    entity: LegalEntity
    north: Branch
    south: Branch


def make_enterprise(*, code: str = "KOM") -> Enterprise:
    entity = make_entity(code=code)
    return Enterprise(
        entity=entity, north=make_branch(entity=entity, code="N"), south=make_branch(entity=entity, code="S")
    )
