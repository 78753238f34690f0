"""What a subscriber does in two minutes a month."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.conftest import Site
from tests.e2e.judging import cut_texts, violations
from tests.e2e.portal import PASSWORD, Portal, View, make_subscriber_of_town, photograph, view_of

pytestmark = [pytest.mark.real]
LOOKS = [
    pytest.param(("uk", "light", "small", "usual"), id="uk-light-small"),
    pytest.param(("bs", "dark", "phone", "usual"), id="bs-dark-phone", marks=pytest.mark.long),
    pytest.param(("en", "light", "desktop", "usual"), id="en-light-desktop", marks=pytest.mark.long),
    pytest.param(("uk", "dark", "small", "largest"), id="uk-dark-small-largest", marks=pytest.mark.long),
]


@pytest.fixture(scope="module")
def portal(site: Site) -> Portal:
    unique_id, account = make_subscriber_of_town()
    return Portal(
        address=site.address,
        unique_id=unique_id,
        account_number=account.number,
        meter_serial=f"OLD{account.number}",
    )


@pytest.fixture(params=LOOKS)
def look(request: pytest.FixtureRequest, browser: Browser, portal: Portal) -> Iterator[View]:
    language, scheme, size, text = request.param
    with view_of(browser=browser, portal=portal, language=language, scheme=scheme, size=size, text=text) as view:
        yield view


@pytest.fixture
def phone(browser: Browser, portal: Portal) -> Iterator[View]:
    with view_of(browser=browser, portal=portal, language="bs", scheme="light", size="small") as view:
        yield view


@pytest.fixture
def inside(phone: View) -> View:
    phone.page.goto(f"{phone.portal.address}/portal/sign-in")
    phone.sign_in()
    phone.page.get_by_role("navigation").wait_for()
    return phone


class TestEveryScreen:
    def test_has_no_barrier_and_cuts_no_text(self, look: View) -> None:
        wrong: list[str] = []

        def judge(name: str) -> None:
            look.settle()
            look.keep(name)
            wrong.extend(f"{name} {one}" for one in [*violations(look.page), *cut_texts(look.page)])

        look.open("/activate")
        judge("activate")
        look.open("/sign-in")
        judge("sign-in")
        look.sign_in()
        look.page.get_by_role("navigation").wait_for()
        judge("home")
        for path in ("/bills", "/usage", "/pay", "/readings", "/settings"):
            look.open(path)
            judge(path.strip("/"))
        look.open("/bills")
        look.page.get_by_role("main").get_by_role("link").first.click()
        look.page.wait_for_url("**/bills/*")
        judge("bill")

        assert wrong == []


class TestTheFirstScreen:
    def test_says_what_is_owed_and_what_was_paid_last(self, inside: View) -> None:
        # January: 11.70 + (4.85 + 120 × 0.1735) × 1.17 = 41.73; February: 142 kWh, 46.20; 20.00 paid: 67.93 left.
        main = inside.page.get_by_role("main")

        expect(main).to_contain_text("67,93\u00a0KM")
        expect(main).to_contain_text("20,00\u00a0KM")
        expect(main).to_contain_text(inside.say("home.more", amount="4,47\u00a0KM"))

    @pytest.mark.long
    def test_comes_back_after_a_reload_and_no_token_lies_where_scripts_read(self, inside: View) -> None:
        inside.page.reload()

        expect(inside.page.get_by_role("navigation")).to_be_visible()
        kept = inside.page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])")
        assert "eyJ" not in kept
        assert "eyJ" not in inside.page.url


@pytest.mark.long
class TestSeveralAccounts:
    def test_are_chosen_on_any_screen_and_the_choice_stays(self, inside: View) -> None:
        inside.page.get_by_role("button", name=inside.say("account.choose")).click()
        assert violations(inside.page) == []
        inside.page.get_by_role("radio").last.click()
        expect(inside.page.get_by_role("main")).to_contain_text(inside.say("home.settled"))

        inside.open("/bills")

        expect(inside.page.get_by_text(inside.say("bills.none"), exact=True)).to_be_visible()


@pytest.mark.long
class TestABill:
    def test_is_saved_as_a_pdf(self, inside: View) -> None:
        inside.open("/bills")
        inside.page.get_by_role("main").get_by_role("link").first.click()

        with inside.page.expect_download(timeout=60_000) as saved:
            inside.page.get_by_role("button", name=inside.say("bill.document")).click()

        assert saved.value.suggested_filename.endswith(".pdf")
        assert saved.value.path().read_bytes().startswith(b"%PDF")


@pytest.mark.long
class TestPaying:
    def test_is_by_the_code_of_the_slip_over_what_is_owed(self, inside: View) -> None:
        inside.page.get_by_role("button", name=inside.say("home.pay")).click()

        expect(inside.page.get_by_role("img", name=inside.say("pay.desk.code"))).to_be_visible()
        expect(inside.page.get_by_role("main")).to_contain_text("67,93\u00a0KM")
        assert inside.page.locator("main svg path, [role=main] svg path").count() > 0


class TestAReading:
    """Of a meter that was read long ago, so that what is sent today is new whatever today is."""

    def choose_meter(self, view: View) -> None:
        view.open("/readings")
        view.page.get_by_role("radio", name=view.portal.meter_serial).click()

    def type_value(self, view: View, value: str) -> None:
        view.page.get_by_role("textbox").fill(value)

    def press_send(self, view: View) -> None:
        view.page.get_by_role("button", name=view.say("reading.send"), exact=True).click()

    @pytest.mark.long
    def test_is_judged_while_it_is_typed(self, inside: View) -> None:
        self.choose_meter(inside)

        self.type_value(inside, "1001")

        expect(inside.page.get_by_role("main")).to_contain_text("1\u00a0kWh")
        inside.keep("reading-typed")
        assert violations(inside.page) == []

    def test_is_sent_with_a_photo(self, inside: View) -> None:
        from rachun.apps.selfservice.models import SentReading

        self.choose_meter(inside)
        self.type_value(inside, "1100,5")
        photograph(inside)
        self.press_send(inside)

        expect(inside.page.get_by_text(inside.say("reading.outcome.TAKEN"))).to_be_visible()
        inside.keep("reading-sent")
        sent = SentReading.objects.get(register__meter__serial=inside.portal.meter_serial, value="1100.5")
        assert sent.photo_media_type == "image/jpeg"  # drawn anew, smaller and without where it was taken

    @pytest.mark.long
    def test_without_a_network_is_kept_survives_a_restart_and_arrives_once(self, inside: View) -> None:
        from rachun.apps.selfservice.models import SentReading

        mine = SentReading.objects.filter(register__meter__serial=inside.portal.meter_serial, value="1200")
        self.choose_meter(inside)
        context = inside.page.context
        context.set_offline(True)
        self.type_value(inside, "1200")
        self.press_send(inside)
        expect(inside.page.get_by_text(inside.say("outbox.kept"))).to_be_visible()
        inside.keep("reading-kept")
        inside.page.close()
        assert not mine.exists()

        context.set_offline(False)
        again = context.new_page()
        again.goto(f"{inside.portal.address}/portal/readings")

        expect(again.get_by_text(inside.say("sent.state.TAKEN")).first).to_be_visible(timeout=60_000)
        expect(again.get_by_text(inside.say("outbox.title"))).to_be_hidden()
        assert mine.count() == 1

    @pytest.mark.long
    def test_that_cannot_be_taken_says_why_and_is_taken_away(self, inside: View) -> None:
        self.choose_meter(inside)
        self.type_value(inside, "99999999")  # the dial has six digits
        self.press_send(inside)

        refused = inside.page.get_by_role("button", name=inside.say("outbox.drop"))
        expect(refused).to_be_visible()
        inside.keep("reading-refused")
        refused.click()

        expect(inside.page.get_by_text(inside.say("outbox.title"))).to_be_hidden()


@pytest.mark.long
class TestSigningIn:
    def test_says_what_is_wrong_and_keeps_the_id(self, phone: View) -> None:
        phone.open("/sign-in")

        phone.sign_in(password="not the one")

        expect(phone.page.get_by_role("alert")).to_contain_text(phone.say("problem.wrong_credentials"))
        expect(phone.page.get_by_label(phone.say("access.id"))).to_have_value(phone.portal.unique_id)

    def test_leads_to_the_screen_that_was_asked_for(self, phone: View) -> None:
        phone.open("/bills")

        phone.sign_in()

        expect(phone.page.get_by_role("heading", level=1)).to_have_text(phone.say("bills.title"))
        assert phone.page.url.endswith("/portal/bills")

    def test_ends_when_the_person_leaves(self, inside: View) -> None:
        inside.open("/settings")
        inside.page.get_by_role("button", name=inside.say("settings.signOut")).click()
        expect(inside.page.get_by_role("button", name=inside.say("signIn.submit"))).to_be_visible()

        inside.open("/bills")

        expect(inside.page.get_by_role("button", name=inside.say("signIn.submit"))).to_be_visible()

    def test_begins_with_a_code_and_an_own_password(self, phone: View) -> None:
        from django.db import transaction
        from django.utils import timezone
        from rachun.apps.identity.models import SubscriberLogin
        from rachun.apps.identity.services.activation import issue_activation_code

        unique_id, _account = make_subscriber_of_town(password=None)
        phone.open("/activate")
        phone.page.get_by_label(phone.say("access.id")).fill(unique_id)
        phone.page.get_by_role("button", name=phone.say("activate.ask")).click()
        expect(phone.page.get_by_text(phone.say("activate.sent"))).to_be_visible()
        with transaction.atomic():
            login = SubscriberLogin.objects.select_related("principal").get(unique_id=unique_id)
            code = issue_activation_code(login=login, now=timezone.now())

        phone.page.get_by_label(phone.say("activate.code")).fill(f"{code[:4]} {code[4:]}")
        phone.page.get_by_label(phone.say("activate.password")).fill(PASSWORD)
        phone.page.get_by_role("button", name=phone.say("activate.submit")).click()

        expect(phone.page.get_by_role("main")).to_contain_text("67,93\u00a0KM")
