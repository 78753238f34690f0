"""A building behind a main meter.

Flat a (2 persons) and flat b (3) have meters of their own, flat c (1) has none, the shop has a meter and takes no
share. In January the main meter shows 90, a 10, b 20.5 and the shop 30: 90 - 60.5 = 29.5 are left.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from rachun.apps.agreements.models import AgreementAttribute, ServiceAgreement, ServicePoint, ServiceTerm
from rachun.apps.identity.models import Branch
from rachun.apps.metering.models import CommonMeter, CommonMeterMember, Installation, Meter, Reading
from tests.factories.metering import (
    LONG_AGO,
    end_of,
    make_agreement,
    make_meter,
    make_service,
    make_service_point,
    place_meter,
    read_meter,
    serve,
)

PERSONS = {"a": "2", "b": "3", "c": "1"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Building:
    """Meters have the names of their points as serial numbers."""

    main: ServicePoint
    agreements: dict[str, ServiceAgreement]

    def point(self, name: str) -> ServicePoint:
        return self.agreements[name].service_point

    def read(self, day: str, **values: str) -> None:
        """At the end of the day."""
        for name, value in values.items():
            read_meter(meter=Meter.objects.get(serial=name), on=day, value=value)

    def forget(self, day: str, name: str) -> None:
        """Nobody read this meter on the day after all."""
        Reading.objects.filter(register__meter__serial=name, boundary_date=end_of(day)).update(superseded_at=LONG_AGO)

    def leave(self, name: str, *, on: date) -> None:
        agreement = self.agreements[name]
        ServiceTerm.objects.filter(agreement=agreement).update(superseded_at=LONG_AGO)
        serve(agreement=agreement, served=(date(2026, 1, 1), on))

    def exchange_main(self, *, on: date, closing: str, opening: str, end: str) -> None:
        """The meter of January is exchanged on the day; `end` is what the new one shows on 31 January."""
        self.forget("2026-01-31", "main")
        before = str(on - timedelta(days=1))
        self.read(before, main=closing)
        Installation.objects.filter(meter__serial="main").update(superseded_at=LONG_AGO)
        branch = self.main.branch
        for meter, days in (
            (Meter.objects.get(serial="main"), (date(2026, 1, 1), on)),
            (make_meter(branch=branch, serial="new"), (on, None)),
        ):
            place_meter(meter=meter, service_point=self.main, installed=days)
        self.read(before, new=opening)
        self.read("2026-01-31", new=end)

    def share(
        self,
        *,
        method: str = "PERSONS",
        sharing: str = "abc",
        when_negative: str = "REFUSE",
        when_unread: str = "REFUSE",
        valid: tuple[date, date | None] = (date(2025, 1, 1), None),
    ) -> CommonMeter:
        """What register T1 shows on the main point beyond the sub-meters is shared under the register COMMON."""
        rule = CommonMeter.objects.create(
            main_point=self.main,
            register_code="T1",
            share_code="" if method == "LOSS" else "COMMON",
            method=method,
            attribute="" if method in {"EQUAL", "LOSS"} else "members",
            when_negative=when_negative,
            when_unread=when_unread,
            source_document="Decision of the owners 4",
            valid_from=valid[0],
            valid_to=valid[1],
            recorded_at=LONG_AGO,
        )
        CommonMeterMember.objects.bulk_create(
            CommonMeterMember(
                common_meter=rule,
                service_point=self.point(name),
                is_subtracted=name != "c",
                is_sharing=name in sharing,
            )
            for name in self.agreements
            if name != "c" or "c" in sharing
        )
        return rule


def make_building(*, branch: Branch) -> Building:
    """Read at both ends of January."""
    water = make_service(legal_entity=branch.legal_entity, code="WATER")
    agreements = {name: make_agreement(branch=branch, service="WATER") for name in ("a", "b", "c", "shop")}
    for name, members in PERSONS.items():
        AgreementAttribute.objects.create(
            agreement=agreements[name],
            attribute="members",
            value=Decimal(members),
            valid_from=date(2025, 1, 1),
            recorded_at=LONG_AGO,
        )
    building = Building(main=make_service_point(branch=branch, service=water), agreements=agreements)
    points = {"main": building.main, **{name: building.point(name) for name in ("a", "b", "shop")}}
    for name, point in points.items():
        place_meter(meter=make_meter(branch=branch, serial=name), service_point=point)
    building.read("2025-12-31", main="100", a="5", b="7", shop="0")
    building.read("2026-01-31", main="190", a="15", b="27.5", shop="30")
    return building
