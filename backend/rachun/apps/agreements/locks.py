from uuid import UUID

from rachun.apps.agreements.models import ServiceAgreement


def lock_agreement(agreement_id: UUID) -> ServiceAgreement:
    return ServiceAgreement.objects.select_for_update().get(id=agreement_id)
