"""An enterprise on an empty system: the legal entity, its chart of accounts, and the operator who sets up the rest."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from rachun.apps.base.audit import record_audit
from rachun.apps.base.errors import Conflict, FieldProblem, Invalid
from rachun.apps.base.transactions import use_case
from rachun.apps.identity.models import LegalEntity
from rachun.apps.identity.services.principals import Assignment, add_operator, check_password_strength
from rachun.apps.ledger.services.chart import ChartAccount, ensure_chart
from rachun.countries.loader import load_pack

ADMINISTRATOR = "administrator"


class EnterpriseCodeTaken(Conflict):
    code = "enterprise_code_taken"
    title = _("There is already a legal entity with this code.")


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterpriseFacts:
    """pack: UA, BA or NEUTRAL; it brings the time zone, the language, the chart, and the currency when none is said."""

    code: str
    name: str
    short_name: str
    pack: str
    tax_number: str = ""
    currency: str = ""


@use_case
def found_enterprise(
    *, facts: EnterpriseFacts, login: str, password: str, full_name: str, founded_at: datetime
) -> LegalEntity:
    """Raises EnterpriseCodeTaken, LoginTaken, UnknownCountry; Invalid for a weak password or no currency."""
    check_password_strength(password=password, pointer="/password")
    pack = load_pack(facts.pack)
    currency = facts.currency or pack.currency
    if not currency:
        told = _("The country pack has no currency: say which one.")
        raise Invalid(errors=[FieldProblem(pointer="/currency", code="required", detail=told)])
    if LegalEntity.objects.filter(code=facts.code).exists():
        raise EnterpriseCodeTaken(enterprise_code=facts.code)
    entity = LegalEntity.objects.create(
        code=facts.code,
        name=facts.name,
        short_name=facts.short_name,
        country_pack=facts.pack,
        country_code=facts.pack if len(facts.pack) == len("UA") else "XX",
        time_zone=pack.time_zone,
        currency=currency,
        language=pack.languages[0],
        tax_number=facts.tax_number,
        created_at=founded_at,
        updated_at=founded_at,
    )
    accounts = [
        ChartAccount(posting_code=code, code=account.account_code, names=account.names)
        for code, account in pack.accounts.items()
    ]
    ensure_chart(legal_entity_id=entity.id, accounts=accounts)
    record_audit(
        operation="foundEnterprise",
        object_kind="legal_entity",
        object_id=entity.id,
        legal_entity_id=entity.id,
        after={"code": facts.code, "pack": facts.pack},
    )
    add_operator(
        login=login,
        password=password,
        full_name=full_name,
        language=pack.languages[0],
        assignments=[Assignment(role=ADMINISTRATOR, legal_entity_id=entity.id)],
    )
    return entity
