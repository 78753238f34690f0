"""What the two demo enterprises are: facts only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import ModuleType

from rachun.apps.demo.generate import komunalno, telekom

Names = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceFacts:
    code: str
    names: Names
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchFacts:
    code: str
    name: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceOfUsage:
    code: str
    kind: str
    format: str
    area_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """A holder with an activated login: its former account number."""

    external_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceChange:
    """A plan's next version: the same components, other prices by block."""

    plan: str
    valid_from: date
    component: str
    prices: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """How a service is estimated in a month without a reading."""

    service: str
    steps: tuple[Mapping[str, int | str], ...]
    max_days: int
    source_document: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Enterprise:
    code: str
    name: str
    short_name: str
    pack: str
    time_zone: str
    currency: str
    language: str
    tax_number: str
    vat_number: str
    address: str
    phone: str
    email: str
    website: str
    iban: str
    bank_name: str
    branches: tuple[BranchFacts, ...]
    services: tuple[ServiceFacts, ...]
    sources: tuple[SourceOfUsage, ...]
    price_changes: tuple[PriceChange, ...]
    subscribers: tuple[Subscriber, ...]
    generator: ModuleType
    estimates: tuple[Estimate, ...] = ()

    @property
    def prefix(self) -> str:
        """Begins every login of this enterprise."""
        return self.code.lower()


KOMUNALNO = Enterprise(
    code="KOMUNALNO",
    name="JP „Komunalno Uzorgrad“ d.o.o. (demo)",
    short_name="Komunalno",
    pack="BA",
    time_zone="Europe/Sarajevo",
    currency="BAM",
    language="bs",
    tax_number="4600009990005",
    vat_number="600009990005",
    address="Trg primjera 1, 00000 Uzorgrad",
    phone="+387 60 000 001",
    email="komunalno@example.org",
    website="https://komunalno.example.org",
    iban="BA399990010000000196",
    bank_name="Uzorna banka (demo)",
    branches=(
        BranchFacts(code="CENTAR", name="Poslovnica Centar", address="Trg primjera 1, Uzorgrad"),
        BranchFacts(code="SJEVER", name="Poslovnica Sjever", address="Šumska proba 4, Gornji Primjeri"),
    ),
    services=(
        ServiceFacts(
            code="electricity",
            names={"bs": "Električna energija", "en": "Electricity", "uk": "Електроенергія"},
            unit="kWh",
        ),
        ServiceFacts(
            code="water",
            names={"bs": "Voda i kanalizacija", "en": "Water and sewerage", "uk": "Вода і водовідведення"},
            unit="m3",
        ),
        ServiceFacts(
            code="waste",
            names={"bs": "Odvoz otpada", "en": "Waste collection", "uk": "Вивезення відходів"},
            unit="",
        ),
    ),
    sources=(),
    price_changes=(
        PriceChange(
            plan="water_household",
            valid_from=date(2026, 10, 16),
            component="water",
            prices=(Decimal("1.16"), Decimal("1.74")),
        ),
    ),
    subscribers=(Subscriber(external_number="100001"), Subscriber(external_number="100009")),
    generator=komunalno,
    estimates=(
        Estimate(
            service="water",
            steps=({"method": "LAST_PERIODS", "periods": 1},),
            max_days=62,
            source_document="Pravila isporuke vode (demo), član 31",
        ),
    ),
)

TELEKOM = Enterprise(
    code="TELEKOM",
    name="ТОВ «Телеком Ґанок» (демо)",
    short_name="Телеком",
    pack="UA",
    time_zone="Europe/Kyiv",
    currency="UAH",
    language="uk",
    tax_number="99000005",
    vat_number="990000009904",
    address="вул. Зразкова, 1, м. Вінниця, 21000",
    phone="+380 43 200 00 00",
    email="telekom@example.org",
    website="https://telekom.example.org",
    iban="UA739999990000026000000000001",
    bank_name="АТ «Приклад Банк» (демо)",
    branches=(
        BranchFacts(code="VIN-1", name="Вінниця, центр", address="вул. Зразкова, 1, м. Вінниця"),
        BranchFacts(code="VIN-2", name="Вінниця, Їжаків хутір", address="вул. Їжакова, 7, м. Вінниця"),
    ),
    services=(
        ServiceFacts(code="phone", names={"uk": "Телефонний зв’язок", "en": "Telephone", "bs": "Telefon"}, unit="min"),
        ServiceFacts(code="internet", names={"uk": "Інтернет", "en": "Internet", "bs": "Internet"}, unit=""),
        ServiceFacts(
            code="works", names={"uk": "Роботи на замовлення", "en": "Works to order", "bs": "Radovi"}, unit=""
        ),
    ),
    sources=(
        SourceOfUsage(code=telekom.EXCHANGE, kind="CALLS", format="calls:bgbilling", area_code="432"),
        SourceOfUsage(code=telekom.SWITCHBOARD, kind="CALLS", format="asterisk_cdr", area_code="432"),
        SourceOfUsage(code=telekom.WORKS, kind="DELIVERIES", format="delivered_services"),
    ),
    price_changes=(),
    subscribers=(Subscriber(external_number="300001"), Subscriber(external_number="300004")),
    generator=telekom,
)

ENTERPRISES = (KOMUNALNO, TELEKOM)


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorFacts:
    """suffix: the login after the enterprise's prefix. branch: only this one, else all."""

    suffix: str
    role: str
    full_name: Mapping[str, str]
    branch_no: int | None = None


OPERATORS = (
    OperatorFacts(
        suffix="admin", role="administrator", full_name={"bs": "Đenana Demović", "uk": "Ґудзикенко Єва Юріївна"}
    ),
    OperatorFacts(
        suffix="obracun", role="billing_operator", full_name={"bs": "Šefik Računović", "uk": "Тарифенко Ілля Ігорович"}
    ),
    OperatorFacts(
        suffix="blagajna", role="cashier", full_name={"bs": "Željka Žeton", "uk": "Квитанченко Юлія Єгорівна"}
    ),
    OperatorFacts(
        suffix="sjever",
        role="call_centre",
        full_name={"bs": "Ćazim Primjerović", "uk": "Їжаченко Олег Георгійович"},
        branch_no=1,
    ),
)
