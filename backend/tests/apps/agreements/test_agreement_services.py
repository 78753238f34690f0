from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from rachun.apps.agreements import errors, services
from rachun.apps.agreements.models import ResourceAssignment, ServiceAgreement, ServiceTerm, TariffAssignment
from rachun.apps.base.errors import DomainError
from tests.apps.identity.makers import Enterprise, make_enterprise
from tests.factories import customers as a

pytestmark = pytest.mark.django_db
MARCH, APRIL, MAY, JUNE = date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1), date(2026, 6, 1)


@pytest.fixture
def ours() -> Enterprise:
    return make_enterprise(code="OURS")


def do(use: Any, **facts: Any) -> Any:
    with transaction.atomic():
        return use(**facts)


def days(model: Any, agreement: ServiceAgreement) -> list[tuple[date, date | None]]:
    rows = model.objects.filter(agreement=agreement, superseded_at__isnull=True).order_by("valid_from")
    return list(rows.values_list("valid_from", "valid_to"))


def end(agreement: ServiceAgreement, on: date) -> None:
    do(services.end_agreement, agreement=agreement, service_to=on, reason="moved", ended_at=a.NOON)


def suspend(agreement: ServiceAgreement, start: date, until: date) -> None:
    do(services.suspend_agreement, agreement=agreement, start=start, end=until, reason="debt", suspended_at=a.NOON)


def assign(agreement: ServiceAgreement, identifier: str, start: date = a.START, until: date | None = None) -> Any:
    return do(
        services.assign_resource,
        agreement=agreement,
        kind="PHONE_NUMBER",
        identifier=identifier,
        valid_from=start,
        valid_to=until,
        assigned_at=a.NOON,
    )


class TestOpeningAnAgreement:
    def test_refuses_a_second_one_at_the_point_on_the_same_days(self, ours: Enterprise) -> None:
        point = a.service_point(branch=ours.north)
        a.agreement(branch=ours.north, point=point, served=(MARCH, MAY))

        with pytest.raises(errors.ServicePointOccupied):
            a.agreement(branch=ours.north, point=point, served=(APRIL, None))

        a.agreement(branch=ours.north, point=point, served=(MAY, None))

    def test_refuses_a_point_of_another_branch(self, ours: Enterprise) -> None:
        with pytest.raises(errors.BranchesDiffer):
            a.agreement(branch=ours.north, point=a.service_point(branch=ours.south))

    def test_refuses_a_plan_of_another_service_or_enterprise(self, ours: Enterprise) -> None:
        theirs = make_enterprise(code="THEIRS")

        for entity in (ours.entity, theirs.entity):
            with pytest.raises(errors.PlanOfAnotherService):
                a.agreement(branch=ours.north, tariff=a.plan(service=a.service(entity=entity)))

    def test_refuses_a_contract_of_another_account(self, ours: Enterprise) -> None:
        point = a.service_point(branch=ours.north)
        foreign = a.contract(account=a.account(branch=ours.north))
        terms = services.Terms(plan=a.plan(service=point.service), service_from=MARCH, contract=foreign)

        with pytest.raises(errors.ContractOfAnotherAccount):
            do(
                services.open_agreement,
                account=a.account(branch=ours.north),
                point=point,
                terms=terms,
                opened_at=a.NOON,
            )

    def test_refuses_an_end_that_is_no_later_than_the_start(self, ours: Enterprise) -> None:
        with pytest.raises(errors.EndBeforeStart):
            a.agreement(branch=ours.north, served=(MARCH, MARCH))


class TestRegisteringAServicePoint:
    def test_refuses_a_service_of_another_enterprise(self, ours: Enterprise) -> None:
        foreign = a.service(entity=make_enterprise(code="THEIRS").entity)

        with pytest.raises(errors.ServiceOfAnotherEntity):
            a.service_point(branch=ours.north, of=foreign)

    def test_refuses_a_known_code_for_another_place(self, ours: Enterprise) -> None:
        point = a.service_point(branch=ours.north)

        with pytest.raises(errors.ServicePointDiffers):
            do(
                services.register_service_point,
                premise=a.premise(branch=ours.north),
                service=point.service,
                code=point.code,
            )


class TestEndingAnAgreement:
    def test_ends_everything_that_stands_on_it(self, ours: Enterprise) -> None:
        agreement = a.agreement(branch=ours.north)
        assign(agreement, "+387 33 123-456")

        end(agreement, MAY)

        for model in (ServiceTerm, TariffAssignment, ResourceAssignment):
            assert days(model, agreement) == [(a.START, MAY)]

    def test_is_refused_twice_and_before_the_first_day(self, ours: Enterprise) -> None:
        agreement = a.agreement(branch=ours.north, served=(MARCH, None))
        end(agreement, MAY)

        with pytest.raises(errors.AgreementAlreadyEnded):
            end(agreement, MAY)
        with pytest.raises(errors.NotServedThen):
            end(agreement, MARCH)

    def test_also_works_while_it_is_suspended(self, ours: Enterprise) -> None:
        agreement = a.agreement(branch=ours.north)
        suspend(agreement, MARCH, JUNE)

        end(agreement, MAY)

        assert days(ServiceTerm, agreement) == [(a.START, MARCH)]


class TestSuspending:
    def test_parts_the_term_in_two(self, ours: Enterprise) -> None:
        agreement = a.agreement(branch=ours.north)

        suspend(agreement, MARCH, APRIL)

        assert days(ServiceTerm, agreement) == [(a.START, MARCH), (APRIL, None)]

    @pytest.mark.parametrize("until", [MARCH, date(2026, 2, 1)])
    def test_refuses_an_end_that_is_no_later_than_the_start(self, ours: Enterprise, until: date) -> None:
        with pytest.raises(errors.EndBeforeStart):
            suspend(a.agreement(branch=ours.north), MARCH, until)

    def test_refuses_days_beyond_the_served_ones(self, ours: Enterprise) -> None:
        with pytest.raises(errors.NotServedThen):
            suspend(a.agreement(branch=ours.north, served=(a.START, APRIL)), MARCH, MAY)


class TestChangingTheTariff:
    def test_prices_the_days_after_a_suspension_too(self, ours: Enterprise) -> None:
        agreement = a.agreement(branch=ours.north)
        suspend(agreement, APRIL, MAY)
        other = a.plan(service=agreement.service)

        do(services.change_tariff, agreement=agreement, plan=other, valid_from=MARCH, changed_at=a.NOON)

        assert days(TariffAssignment, agreement) == [(a.START, MARCH), (MARCH, None)]

    def test_is_refused_after_the_end(self, ours: Enterprise) -> None:
        agreement = a.agreement(branch=ours.north, served=(a.START, MARCH))

        with pytest.raises(errors.NotServedThen):
            do(
                services.change_tariff,
                agreement=agreement,
                plan=a.plan(service=agreement.service),
                valid_from=MARCH,
                changed_at=a.NOON,
            )


class TestAssigningANumber:
    def test_keeps_its_digits_and_ends_with_the_agreement(self, ours: Enterprise) -> None:
        assignment = assign(a.agreement(branch=ours.north, served=(a.START, MAY)), "+387 (33) 123-456")

        assert (assignment.resource.identifier, assignment.valid_to) == ("38733123456", MAY)

    def test_is_refused_while_it_serves_another(self, ours: Enterprise) -> None:
        assign(a.agreement(branch=ours.north), "38733123456", until=MAY)
        other = a.agreement(branch=ours.north)

        with pytest.raises(errors.ResourceInUse):
            assign(other, "38733123456", start=APRIL)

        assign(other, "38733123456", start=MAY)

    @pytest.mark.parametrize(
        ("identifier", "start", "until", "refusal"),
        [
            ("12", MARCH, None, errors.IdentifierNotValid),
            ("38733123456", MARCH, MARCH, errors.EndBeforeStart),
            ("38733123456", date(2025, 12, 31), None, errors.NotServedThen),
        ],
    )
    def test_refuses(
        self, ours: Enterprise, identifier: str, start: date, until: date | None, refusal: type[DomainError]
    ) -> None:
        with pytest.raises(refusal):
            assign(a.agreement(branch=ours.north), identifier, start=start, until=until)


class TestHandingOver:
    def hand_over(self, agreement: ServiceAgreement, **facts: Any) -> ServiceAgreement:
        return do(
            services.hand_over_service_point,
            point=agreement.service_point,
            service_from=MAY,
            reason="sold",
            handed_over_at=a.NOON,
            **facts,
        )

    def test_ends_the_old_and_opens_the_new_by_the_same_terms(self, ours: Enterprise) -> None:
        old = a.agreement(branch=ours.north, attributes={"persons": Decimal(2), "area_m2": Decimal("60.5")})
        buyer = a.account(branch=ours.north)

        new = self.hand_over(old, to_account=buyer)

        assert days(ServiceTerm, old) == [(a.START, MAY)]
        assert days(ServiceTerm, new) == [(MAY, None)]
        assert new.account_id == buyer.id
        assert new.assignments.get().plan_id == old.assignments.filter(superseded_at__isnull=True).get().plan_id
        assert dict(new.attributes.values_list("attribute", "value")) == {
            "persons": Decimal(2),
            "area_m2": Decimal("60.5"),
        }

    def test_takes_what_is_stated_instead(self, ours: Enterprise) -> None:
        old = a.agreement(branch=ours.north, attributes={"persons": Decimal(2)})
        plan = a.plan(service=old.service)
        stated = services.NewTerms(plan=plan, attributes={"persons": Decimal(5)})

        new = self.hand_over(old, to_account=a.account(branch=ours.north), new_terms=stated)

        assert new.assignments.get().plan_id == plan.id
        assert new.attributes.get().value == Decimal(5)

    def test_refuses_the_holder_itself_a_vacant_point_and_another_branch(self, ours: Enterprise) -> None:
        held = a.agreement(branch=ours.north)
        ended = a.agreement(branch=ours.north, served=(a.START, MARCH))

        with pytest.raises(errors.SameHolder):
            self.hand_over(held, to_account=held.account)
        with pytest.raises(errors.ServicePointVacant):
            self.hand_over(ended, to_account=a.account(branch=ours.north))
        with pytest.raises(errors.BranchesDiffer):
            self.hand_over(held, to_account=a.account(branch=ours.south))
        assert days(ServiceTerm, held) == [(a.START, None)]

    def test_of_a_premise_takes_every_point_that_is_held(self, ours: Enterprise) -> None:
        home, seller = a.premise(branch=ours.north), a.account(branch=ours.north)
        power, water, vacant = (a.service_point(branch=ours.north, at=home) for _ in range(3))
        for point in (power, water):
            a.agreement(branch=ours.north, point=point, holder=seller)

        opened = do(
            services.hand_over_premise,
            premise=home,
            to_account=a.account(branch=ours.north),
            service_from=MAY,
            reason="sold",
            handed_over_at=a.NOON,
        )

        assert {agreement.service_point_id for agreement in opened} == {power.id, water.id}
        assert not ServiceTerm.objects.filter(service_point=vacant).exists()
