"""What is agreed: contracts, service points, service agreements with their dated facts."""

from django.db import models

from rachun.apps.base.fields import DatedFact, Entity, no_overlap
from rachun.apps.catalog.models import Service, TariffPlan
from rachun.apps.customers.models import Account, Premise
from rachun.apps.identity.models import Branch, LegalEntity
from rachun.apps.resources.models import Resource


class ServicePoint(Entity):
    """Where a service is delivered or measured."""

    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="+")
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="+")
    premise = models.ForeignKey(Premise, on_delete=models.PROTECT, related_name="service_points")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["legal_entity", "code"], name="service_point_code_once")]

    def __str__(self) -> str:
        return self.code


class Contract(Entity):
    """The legal paper."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="contracts")
    number = models.CharField(max_length=40)
    signed_date = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "number"], name="contract_number_once")]

    def __str__(self) -> str:
        return self.number


class ServiceAgreement(Entity):
    """One account takes one service at one service point."""

    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="agreements")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    service_point = models.ForeignKey(ServicePoint, on_delete=models.PROTECT, related_name="agreements")
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, null=True, blank=True, related_name="agreements")
    number = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["legal_entity", "number"], name="agreement_number_once")]

    def __str__(self) -> str:
        return self.number


class ServiceTerm(DatedFact):
    """The days on which the agreement is served; a move-out closes it, a suspension parts it in two."""

    agreement = models.ForeignKey(ServiceAgreement, on_delete=models.PROTECT, related_name="terms")
    service_point = models.ForeignKey(ServicePoint, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = no_overlap(name="service_term", by=("service_point",))

    def __str__(self) -> str:
        return f"{self.valid_from}–{self.valid_to or ''}"


class TariffAssignment(DatedFact):
    agreement = models.ForeignKey(ServiceAgreement, on_delete=models.PROTECT, related_name="assignments")
    plan = models.ForeignKey(TariffPlan, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = no_overlap(name="tariff_assignment", by=("agreement",))

    def __str__(self) -> str:
        return f"{self.plan_id} {self.valid_from}"


class AgreementAttribute(DatedFact):
    """A number that prices per attribute: billing power, persons, area."""

    agreement = models.ForeignKey(ServiceAgreement, on_delete=models.PROTECT, related_name="attributes")
    attribute = models.CharField(max_length=40)
    value = models.DecimalField(max_digits=18, decimal_places=6)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = no_overlap(name="agreement_attribute", by=("agreement", "attribute"))

    def __str__(self) -> str:
        return f"{self.attribute}={self.value}"


class ResourceAssignment(DatedFact):
    """A resource serves an agreement; one assignment at a time."""

    agreement = models.ForeignKey(ServiceAgreement, on_delete=models.PROTECT, related_name="resources")
    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="assignments")

    class Meta:
        constraints = no_overlap(name="resource_assignment", by=("resource",))

    def __str__(self) -> str:
        return f"{self.resource_id} {self.valid_from}"
