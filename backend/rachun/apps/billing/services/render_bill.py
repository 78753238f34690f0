"""Put a bill on paper and, where the holder asked for it, into the mail."""

from datetime import datetime

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from rachun.apps.billing.models import Bill
from rachun.apps.billing.selectors.bill_document import get_bill_document
from rachun.apps.customers.models import Account, ContactPoint
from rachun.apps.documents.models import Document
from rachun.apps.documents.rendering.render_bill import render_bill
from rachun.apps.documents.selectors import find_document, find_template
from rachun.apps.documents.services import store_document
from rachun.apps.messaging.services import queue_email

BILL = Document.Kind.BILL.value
PDF = "application/pdf"


def ensure_document(*, bill: Bill, language: str | None, rendered_at: datetime) -> Document:
    """The bill's document in the language, by default the holder's; rendered now if it was not before."""
    wanted = language or bill.account.party.language
    found = find_document(kind=BILL, subject_id=bill.id, language=wanted)
    return found or print_bill(bill=bill, language=wanted, rendered_at=rendered_at)


def print_bill(*, bill: Bill, language: str, rendered_at: datetime) -> Document:
    """Render outside of a transaction, keep in one."""
    own = find_template(legal_entity_id=bill.legal_entity_id, kind=BILL)
    data = get_bill_document(bill=bill, language=language)
    rendered = render_bill(data=data, template=own.body if own is not None else None)
    with transaction.atomic():
        return store_document(
            legal_entity_id=bill.legal_entity_id,
            branch_id=bill.branch_id,
            account_id=bill.account_id,
            kind=BILL,
            subject_id=bill.id,
            number=bill.number,
            language=language,
            template_version=rendered.template_version,
            content=rendered.pdf,
            media_type=PDF,
            rendered_at=rendered_at,
        )


def deliver_bill(*, bill: Bill, document: Document, queued_at: datetime) -> bool:
    """Queue the e-mail of an account that takes its bills so; False when it does not, or has no address."""
    if bill.account.delivery != Account.Delivery.EMAIL:
        return False
    address = (
        ContactPoint.objects.filter(party_id=bill.account.party_id, kind=ContactPoint.Kind.EMAIL)
        .order_by("id")
        .values_list("value", flat=True)
        .first()
    )
    if address is None:
        return False
    with translation.override(document.language):
        subject = _("Bill %(number)s of %(seller)s") % {"number": bill.number, "seller": bill.legal_entity.short_name}
        body = _("Good day,\n\nyour bill %(number)s is attached. It is due on %(due)s.\n\n%(seller)s\n") % {
            "number": bill.number,
            "due": f"{bill.due_date:%d.%m.%Y}",
            "seller": bill.legal_entity.name,
        }
    with transaction.atomic():
        queue_email(
            legal_entity_id=bill.legal_entity_id,
            branch_id=bill.branch_id,
            account_id=bill.account_id,
            document_id=document.id,
            address=address,
            subject=subject,
            body=body,
            attachment_name=f"{bill.number}.pdf".replace("/", "-"),
            attachment_sha256=document.sha256,
            queued_at=queued_at,
        )
    return True
