"""The portal in a browser, at the sizes of a small phone, a phone and a desktop, with a subscriber's year behind it."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction
from playwright.sync_api import Browser, Page

from tests.faults.processes import REPOSITORY

PASSWORD = "tiha-voda-brege-roni"
SERVER_ERROR = 500
SIZES = {"small": (360, 640), "phone": (412, 915), "desktop": (1280, 720)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Portal:
    address: str
    unique_id: str
    account_number: str
    meter_serial: str


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A page of the portal in one language, scheme and size. say is how the catalogue puts a text."""

    page: Page
    portal: Portal
    language: str
    name: str

    def say(self, key: str, **values: str) -> str:
        text: str = catalogue(self.language)[key]
        for name, value in values.items():
            text = text.replace(f"{{{name}}}", value)
        return text

    def open(self, path: str) -> None:
        self.page.goto(f"{self.portal.address}/portal{path}")
        self.settle()

    def settle(self) -> None:
        self.page.get_by_role("heading", level=1).wait_for()
        self.page.wait_for_load_state("networkidle")

    def sign_in(self, *, password: str = PASSWORD) -> None:
        self.page.get_by_label(self.say("access.id")).fill(self.portal.unique_id)
        self.page.get_by_label(self.say("access.password")).fill(password)
        self.page.get_by_role("button", name=self.say("signIn.submit")).click()

    def keep(self, name: str) -> None:
        if folder := os.environ.get("RACHUN_SCREENSHOTS"):
            self.page.screenshot(path=Path(folder) / f"portal-{name}-{self.name}.png")


def photograph(view: View) -> None:
    """Choose a picture from the device: any does for a test."""
    with view.page.expect_file_chooser() as chooser:
        view.page.get_by_role("button", name=view.say("photo.choose")).click()
    chooser.value.set_files(REPOSITORY / "mobile/assets/icon.png")
    view.page.get_by_role("img", name=view.say("photo.shown")).wait_for()


def catalogue(language: str) -> dict[str, str]:
    found: dict[str, str] = json.loads((REPOSITORY / f"mobile/src/texts/{language}.json").read_text())
    return found


@contextmanager
def view_of(  # house: argument-count -- what one look differs in
    *, browser: Browser, portal: Portal, language: str, scheme: str, size: str, text: str = "usual"
) -> Iterator[View]:
    """Signed out. Afterwards nothing may have broken, nor may the policy have refused anything."""
    width, height = SIZES[size]
    context = browser.new_context(
        locale={"uk": "uk-UA", "bs": "bs-BA", "en": "en-GB"}[language],
        timezone_id="Europe/Sarajevo",
        color_scheme=scheme,
        viewport={"width": width, "height": height},
    )
    choices = {"language": language, "text": text}
    script = "".join(f"localStorage.setItem('rachun.portal.{name}', '{value}');" for name, value in choices.items())
    context.add_init_script(script)
    page = context.new_page()
    page.set_default_timeout(60_000)  # two cores that others use too
    told: list[str] = []
    page.on("pageerror", lambda error: told.append(error.message))
    page.on("response", lambda answer: told.extend([answer.url] if answer.status >= SERVER_ERROR else []))
    page.on("console", lambda entry: told.extend([entry.text] if "Content Security" in entry.text else []))
    try:
        yield View(page=page, portal=portal, language=language, name=f"{language}-{scheme}-{size}-{text}")
    finally:
        context.close()
    assert told == [], "the page broke, its policy refused something, or the server failed"


def make_old_meter(*, town: Any, account: Any, serial: str) -> None:
    """Read long ago and never billed, so that a reading of today is new whatever today is."""
    from tests.factories.billing import assigned
    from tests.factories.metering import make_meter, place_meter, read_meter

    since = (date(2020, 1, 1), None)
    agreement = assigned(town=town, plan=town.power, account=account, service="POWER", served=since)
    meter = make_meter(branch=town.branch, serial=serial)
    place_meter(meter=meter, service_point=agreement.service_point, installed=since)
    read_meter(meter=meter, on="2020-06-30", value="1000")


def make_subscriber_of_town(*, password: str | None = PASSWORD) -> Any:
    """A household with waste and electricity, two bills and a payment. Returns (unique id, account)."""
    from rachun.apps.identity.models import BankAccount
    from rachun.apps.identity.services.principals import add_subscriber, grant_account, set_password
    from rachun.apps.payments.services.record_receipt import ReceiptFacts, record_receipt
    from tests.factories.billing import FEBRUARY, NOW, bill_month, make_town, take_power, take_waste

    town = make_town()
    town.entity.phone, town.entity.email = "+387 49 000 000", "kupci@example.com"
    town.entity.save()
    BankAccount.objects.create(
        legal_entity=town.entity,
        bank_name="Banka",
        iban="BA391290079401028494",
        currency="BAM",
        is_printed_on_bills=True,
    )
    account = take_waste(town=town, members="4")
    take_power(town=town, readings={"2025-12-31": "1000", "2026-01-31": "1120", "2026-02-28": "1262"}, account=account)
    bill_month(town=town)
    bill_month(town=town, period=FEBRUARY)
    facts = ReceiptFacts(
        legal_entity_id=town.entity.id,
        account_number=account.number,
        amount_minor=2000,
        currency="BAM",
        value_date=date(2026, 2, 10),
        channel="BANK",
        external_key="line 1",
    )
    record_receipt(facts=facts, recorded_by=None, recorded_at=NOW)
    make_old_meter(town=town, account=account, serial=f"OLD{account.number}")
    with transaction.atomic():
        login = add_subscriber(unique_id=f"7{account.number}", language="bs")
        for granted in (account, take_waste(town=town, members="1")):  # a second one that was never billed
            grant_account(principal=login.principal, account_id=granted.id)
        if password is not None:
            set_password(principal=login.principal, password=password, now=NOW)
    return login.unique_id, account
