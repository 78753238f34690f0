"""Which upper app listens to which fact of a lower one, and what the scheduler does. The only list; no signals."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.utils import timezone

from rachun.apps.agreements.events import MeteredAgreementImported
from rachun.apps.base.audit import seal_audit_rows
from rachun.apps.base.jobs import ring_unheard_jobs
from rachun.apps.base.wiring import Periodic
from rachun.apps.billing.services.start_self_audit import start_self_audit
from rachun.apps.catalog.events import RegistersAsked
from rachun.apps.devices.events import DeviceJobChanged
from rachun.apps.messaging.services import ring_waiting_deliveries
from rachun.apps.metering.services import take_imported_meter, tell_registers
from rachun.apps.payments.services.follow_register import follow_register, post_what_the_books_refused

HANDLERS: dict[type, tuple[Callable[[Any], None], ...]] = {
    MeteredAgreementImported: (take_imported_meter,),
    DeviceJobChanged: (follow_register,),
    RegistersAsked: (tell_registers,),
}

PERIODIC: tuple[Periodic, ...] = (
    Periodic(name="ring_unheard_jobs", every_s=2.0, run=ring_unheard_jobs),
    Periodic(name="seal_audit_rows", every_s=2.0, run=seal_audit_rows),
    Periodic(
        name="ring_waiting_deliveries",
        every_s=30.0,
        run=lambda: ring_waiting_deliveries(now=timezone.now(), can_send=bool(settings.SMTP_URL)),
    ),
    Periodic(
        name="post_what_the_books_refused",
        every_s=60.0,
        run=lambda: post_what_the_books_refused(now=timezone.now()),
    ),
    Periodic(name="start_self_audit", every_s=3600.0, run=lambda: start_self_audit(now=timezone.now())),
)

INVARIANTS: tuple[str, ...] = (
    "rachun.apps.ledger.invariants",
    "rachun.apps.metering.invariants",
    "rachun.apps.usage.invariants",
    "rachun.apps.receivables.invariants",
    "rachun.apps.billing.invariants",
    "rachun.apps.payments.invariants",
)

# What monitoring is told of the business; see docs/operations.md.
FIGURES: tuple[str, ...] = (
    "rachun.apps.base.figures",
    "rachun.apps.messaging.figures",
    "rachun.apps.devices.figures",
    "rachun.apps.usage.figures",
    "rachun.apps.billing.figures",
)
