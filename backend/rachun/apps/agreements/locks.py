"""Order: service point, then agreement."""

from uuid import UUID

from rachun.apps.agreements.models import ServiceAgreement, ServicePoint


def lock_service_point(service_point_id: UUID) -> ServicePoint:
    return ServicePoint.objects.select_for_update(of=("self",)).select_related("service").get(id=service_point_id)


def lock_agreement(agreement_id: UUID) -> ServiceAgreement:
    return ServiceAgreement.objects.select_for_update(of=("self",)).select_related("account").get(id=agreement_id)
