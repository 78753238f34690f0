"""Main meters of the demo: put at their points, and the rule of each of who shares what they show beyond the rest."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from rachun.apps.agreements.models import ServicePoint
from rachun.apps.agreements.services.open_agreement import register_service_point
from rachun.apps.catalog.models import Service
from rachun.apps.customers.services.register_premise import Address, register_premise
from rachun.apps.demo.generate import buildings
from rachun.apps.demo.generate.customer_rows import Meter, Place
from rachun.apps.demo.generate.files import MONTHS
from rachun.apps.identity.models import Branch, LegalEntity
from rachun.apps.metering.models import CommonMeter
from rachun.apps.metering.services import (
    Member,
    NewCommonMeter,
    RegisterFacts,
    create_common_meter,
    install_meter,
    register_meter,
)

DECISION = "Odluka etažnih vlasnika 3/2026 (demo)"


@transaction.atomic
def connect_main_meters(*, entity: LegalEntity, at: datetime) -> None:
    """When the flats' own points are there. Households that are not (in a smaller demo) are left out."""
    water = Service.objects.get(legal_entity=entity, code="water")
    home, north = entity.branches.order_by("code")
    for one in buildings.buildings():
        main = put_main_meter(branch=home, service=water, code=one.point, place=one.place, meter=one.meter, at=at)
        members = [Member(point=point, is_subtracted=True, is_sharing=True) for point in points_of(entity, one)]
        share(main=main, members=members, method=one.method, attribute=one.attribute, at=at)
    pump = put_main_meter(
        branch=north,
        service=water,
        code=buildings.PUMP_POINT,
        place=buildings.PUMP_PLACE,
        meter=buildings.PUMP,
        at=at,
    )
    codes = [f"V-{100_000 + number}" for number in buildings.PUMPED]
    served = ServicePoint.objects.filter(legal_entity=entity, code__in=codes).order_by("code")
    members = [Member(point=point, is_subtracted=True, is_sharing=False) for point in served]
    share(main=pump, members=members, method=CommonMeter.Method.LOSS, attribute="", at=at)


def points_of(entity: LegalEntity, building: buildings.Building) -> list[ServicePoint]:
    codes = [flat.point for flat in building.flats]
    return list(ServicePoint.objects.filter(legal_entity=entity, code__in=codes).order_by("code"))


def put_main_meter(  # house: argument-count -- a point with its meter
    *, branch: Branch, service: Service, code: str, place: Place, meter: Meter, at: datetime
) -> ServicePoint:
    premise = register_premise(
        legal_entity_id=branch.legal_entity_id,
        branch_id=branch.id,
        address=Address(settlement=place.settlement, street=place.street, building=place.building),
        postcode=place.postcode,
    )
    point = register_service_point(premise=premise, service=service, code=code)
    registers = [RegisterFacts(code=register, unit="m3", digits=meter.digits) for register in meter.opening]
    made = register_meter(
        legal_entity_id=branch.legal_entity_id, branch_id=branch.id, serial=meter.serial, registers=registers
    )
    opening = {register: Decimal(value) for register, value in meter.opening.items()}
    install_meter(meter_id=made.id, service_point=point, installed_date=MONTHS[0], opening=opening, installed_at=at)
    return point


def share(*, main: ServicePoint, members: Sequence[Member], method: str, attribute: str, at: datetime) -> None:
    is_loss = method == CommonMeter.Method.LOSS
    create_common_meter(
        new=NewCommonMeter(
            main_point=main,
            members=members,
            register_code=buildings.WATER,
            share_code="" if is_loss else buildings.COMMON,
            method=method,
            attribute=attribute,
            when_negative=CommonMeter.WhenNegative.REFUSE,
            when_unread=CommonMeter.WhenUnread.REFUSE,
            source_document=DECISION,
            valid_from=MONTHS[0],
            valid_to=None,
        ),
        recorded_at=at,
    )
