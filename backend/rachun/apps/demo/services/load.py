"""The whole demo: both enterprises, three months billed and mostly paid, the fourth one loaded and waiting."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from rachun.apps.billing.models import BillRun
from rachun.apps.demo.generate import buildings, komunalno, komunalno_people, telekom
from rachun.apps.demo.generate.files import MONTHS, DemoFile, FileKind
from rachun.apps.demo.services.bill import Clock, bill_month, find_run, leave_documents
from rachun.apps.demo.services.buildings import connect_main_meters
from rachun.apps.demo.services.enterprises import ENTERPRISES, KOMUNALNO, OPERATORS, Enterprise
from rachun.apps.demo.services.load_files import load_file
from rachun.apps.demo.services.pay import pay_bills
from rachun.apps.demo.services.set_up import set_up
from rachun.apps.demo.services.stories import former_holder, tell_stories
from rachun.apps.demo.services.subscribers import open_logins
from rachun.apps.identity.models import LegalEntity
from rachun.apps.identity.services.roles import load_roles

LATEST = MONTHS[-1]
OWN_ACCOUNTS = (
    komunalno_people.HOUSEHOLDS
    + komunalno_people.FIRMS
    + len(buildings.flat_rows())
    + telekom.HOUSEHOLDS
    + telekom.FIRMS
)
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class How:
    """How the demo is loaded. say is told each step."""

    password: str
    clock: Clock
    say: Say
    is_inline: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoLogin:
    """secret: of an API client, shown once; operators and subscribers share the demo's password."""

    enterprise: str
    role: str
    login: str
    secret: str = ""


def is_loaded() -> bool:
    return LegalEntity.objects.filter(code__in=[enterprise.code for enterprise in ENTERPRISES]).exists()


def load_demo(*, how: How) -> Sequence[DemoLogin]:
    """Load everything into an empty database; the logins are those to tell the reader."""
    load_roles()
    logins: list[DemoLogin] = []
    for enterprise in ENTERPRISES:
        made = set_up(enterprise=enterprise, password=how.password, at=how.clock())
        logins += [
            DemoLogin(enterprise=enterprise.short_name, role=one.role, login=f"{enterprise.prefix}-{one.suffix}")
            for one in OPERATORS
        ]
        for month in MONTHS:
            load_month(enterprise=enterprise, entity=made.entity, month=month, how=how)
        logins += [
            DemoLogin(enterprise=enterprise.short_name, role="subscriber", login=unique_id)
            for unique_id in open_logins(
                enterprise=enterprise, entity=made.entity, password=how.password, clock=how.clock
            )
        ]
        logins.append(
            DemoLogin(enterprise=enterprise.short_name, role="api_client", login=made.client_id, secret=made.api_secret)
        )
    return logins


def load_month(*, enterprise: Enterprise, entity: LegalEntity, month: date, how: How) -> None:
    """The month's files; a month before the latest is also billed and paid."""
    tell_stories(enterprise=enterprise, entity=entity, month=month, at=how.clock())
    files: Sequence[DemoFile] = enterprise.generator.month_files(month=month)
    load_files(enterprise=enterprise, entity=entity, month=month, files=files, how=how)
    if month == LATEST:
        return
    for run in bill_past_month(enterprise=enterprise, entity=entity, month=month, how=how):
        leave_documents(run=run)
        paid = pay_bills(run=run, clock=how.clock)
        name = f"{enterprise.short_name} {run.kind} {run.period_from:%Y-%m}"
        how.say(f"{name}: {run.bills.count()} bills, {paid} receipts")


def load_files(
    *, enterprise: Enterprise, entity: LegalEntity, month: date, files: Sequence[DemoFile], how: How
) -> None:
    """Main meters are connected when the flats behind them are there, and before anything is read."""
    for file in files:
        job = load_file(legal_entity_id=entity.id, file=file, is_inline=how.is_inline)
        how.say(f"{enterprise.short_name} {file.name}: {told(job.counts)}")
        if enterprise is KOMUNALNO and month == MONTHS[0] and file.kind is FileKind.CUSTOMERS:
            connect_main_meters(entity=entity, at=how.clock())


def bill_past_month(*, enterprise: Enterprise, entity: LegalEntity, month: date, how: How) -> list[BillRun]:
    """The regular run, in September after the final bill of the former holder and the late reading's bill of August."""
    runs = []
    if enterprise is KOMUNALNO and month == MONTHS[2]:
        late = bill_month(
            entity=entity,
            month=komunalno.LATE_MONTH,
            kind=BillRun.Kind.SUPPLEMENTARY,
            clock=how.clock,
            is_inline=how.is_inline,
        )
        final = bill_month(
            entity=entity,
            month=month,
            kind=BillRun.Kind.FINAL,
            account_ids=[former_holder(entity=entity).id],
            clock=how.clock,
            is_inline=how.is_inline,
        )
        runs += [late, final]
    return [*runs, bill_month(entity=entity, month=month, clock=how.clock, is_inline=how.is_inline)]


def load_more(*, accounts: int, how: How) -> int:
    """Households beyond the demo's own, until there are this many accounts; they begin in the latest month.

    Returns how many were added: none when the month is billed already or there are enough.
    """
    more = accounts - OWN_ACCOUNTS
    shares = {KOMUNALNO.code: more - more * 2 // 5}
    added = 0
    for enterprise in ENTERPRISES:
        entity = LegalEntity.objects.get(code=enterprise.code)
        share = shares.get(enterprise.code, more * 2 // 5)
        if share <= 0 or find_run(entity=entity, month=LATEST) is not None:
            continue
        for file in enterprise.generator.further_files(month=LATEST, households=share):
            job = load_file(legal_entity_id=entity.id, file=file, is_inline=how.is_inline)
            how.say(f"{enterprise.short_name} {file.name}: {told(job.counts)}")
        added += share
    return added


def told(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items())
