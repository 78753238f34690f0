"""What was measured: meters, registers, installations, readings, interval series, unmeasured consumption."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Coalesce

from rachun.apps.agreements.models import ServiceAgreement, ServicePoint
from rachun.apps.base.fields import AppendOnly, DatedFact, Entity, no_overlap
from rachun.apps.catalog.models import Service
from rachun.apps.identity.models import Branch, LegalEntity


class Meter(Entity):
    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="+")
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="+")
    serial = models.CharField(max_length=40)
    model = models.CharField(max_length=80, blank=True)
    verified_until = models.DateField(null=True, blank=True, help_text="Повірка, baždarenje.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["legal_entity", "serial"], name="meter_serial_once")]

    def __str__(self) -> str:
        return self.serial


class Register(Entity):
    """One counter of a meter."""

    meter = models.ForeignKey(Meter, on_delete=models.PROTECT, related_name="registers")
    code = models.CharField(max_length=20, help_text="VT, MT, T1 …, as tariffs name it.")
    obis = models.CharField(max_length=20, blank=True)
    unit = models.CharField(max_length=20)
    digits = models.PositiveSmallIntegerField(
        help_text="Digits before the point: the register rolls over at 10^digits."
    )
    multiplier = models.DecimalField(max_digits=12, decimal_places=6, default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["meter", "code"], name="register_code_once"),
            models.CheckConstraint(name="register_multiplier", condition=models.Q(multiplier__gt=0)),
            models.CheckConstraint(name="register_digits", condition=models.Q(digits__range=(1, 12))),
        ]

    def __str__(self) -> str:
        return self.code


class Installation(DatedFact):
    """A meter sits on a service point for these days; its readings on both ends open and close it."""

    meter = models.ForeignKey(Meter, on_delete=models.PROTECT, related_name="installations")
    service_point = models.ForeignKey(ServicePoint, on_delete=models.PROTECT, related_name="installations")

    class Meta:
        constraints = no_overlap(name="installation", by=("meter",))

    def __str__(self) -> str:
        return f"{self.meter_id} {self.valid_from}"


class Reading(Entity, AppendOnly):
    """A register's value at the start of `boundary_date`: an end-of-day reading opens the next day."""

    class Kind(models.TextChoices):
        ACTUAL = "ACTUAL"
        ESTIMATED = "ESTIMATED"
        CUSTOMER = "CUSTOMER"
        REMOTE = "REMOTE"

    UPDATABLE = ("superseded_at",)

    register = models.ForeignKey(Register, on_delete=models.PROTECT, related_name="readings")
    boundary_date = models.DateField()
    read_at = models.DateTimeField(null=True, blank=True, help_text="The instant on the device, where it is known.")
    value = models.DecimalField(max_digits=18, decimal_places=6)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    source = models.CharField(max_length=100, help_text="File, route, head-end or person that it came from.")
    verdict = models.CharField(max_length=40, blank=True, help_text="What validation said: ZERO, HIGH, ROLLOVER …")
    checks = ArrayField(
        models.CharField(max_length=20),
        default=list,
        blank=True,
        help_text="Checks of its source that it did not pass.",
    )
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["register", "boundary_date"],
                name="reading_once",
                condition=models.Q(superseded_at__isnull=True),
            ),
            models.CheckConstraint(name="reading_not_negative", condition=models.Q(value__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.boundary_date}: {self.value}"


class ReadingRule(DatedFact):
    """How far a source of readings is trusted: what each check of `engine.usage.validation` leads to."""

    class Source(models.TextChoices):
        ACTUAL = "ACTUAL"
        ESTIMATED = "ESTIMATED"
        CUSTOMER = "CUSTOMER"
        REMOTE = "REMOTE"
        IMPORT = "IMPORT"

    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=10, choices=Source.choices)
    checks = models.JSONField(help_text="Check → action (ACCEPT, HOLD, REFUSE), percent, days.")

    class Meta:
        constraints = no_overlap(name="reading_rule", by=("legal_entity", "source"))

    def __str__(self) -> str:
        return f"{self.source} {self.valid_from}"


class HeldReading(Entity, AppendOnly):
    """A reading that waits for somebody to look at it. It counts for nothing until it is accepted."""

    class Decision(models.TextChoices):
        ACCEPTED = "ACCEPTED"
        REFUSED = "REFUSED"

    UPDATABLE = ("decision", "decided_at", "reason")

    register = models.ForeignKey(Register, on_delete=models.PROTECT, related_name="held_readings")
    boundary_date = models.DateField()
    read_at = models.DateTimeField(null=True, blank=True)
    value = models.DecimalField(max_digits=18, decimal_places=6)
    kind = models.CharField(max_length=10, choices=Reading.Kind.choices)
    source = models.CharField(max_length=100)
    verdict = models.CharField(max_length=40, blank=True)
    checks = ArrayField(models.CharField(max_length=20))
    recorded_at = models.DateTimeField()
    decision = models.CharField(max_length=8, choices=Decision.choices, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["register", "boundary_date", "value", "kind"],
                name="held_reading_once",
                condition=models.Q(decided_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.boundary_date}: {self.value}"


class IntervalDay(Entity, AppendOnly):
    """One local day of a load profile: equal intervals in order, 23 or 25 hours on days that change the clock."""

    UPDATABLE = ("superseded_at",)

    register = models.ForeignKey(Register, on_delete=models.PROTECT, related_name="interval_days")
    day = models.DateField()
    interval_s = models.PositiveIntegerField()
    quantities_micro = ArrayField(models.BigIntegerField(null=True), help_text="Null where the interval is missing.")
    source = models.CharField(max_length=100)
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["register", "day", "interval_s"],
                name="interval_day_once",
                condition=models.Q(superseded_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} × {self.interval_s} s"


class EstimationRule(DatedFact):
    """How the days of a service without readings are estimated: the steps in order, the first that can answer does.

    The row is the version of the rule: an estimate names it as its evidence.
    """

    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="+")
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    steps = models.JSONField(help_text="SAME_SEASON, LAST_PERIODS with periods, NORM_PER_MEMBER with norms.")
    max_days = models.PositiveSmallIntegerField(
        help_text="So many days since the latest reading are estimated at most."
    )
    source_document = models.CharField(max_length=300)

    class Meta:
        constraints = no_overlap(name="estimation_rule", by=("service", Coalesce("branch", "legal_entity")))

    def __str__(self) -> str:
        return f"{self.service_id} {self.valid_from}"


class CommonMeter(DatedFact):
    """The main meter of a building or zone and how what it shows beyond the sub-meters is shared, or that it is lost.

    The row is the version of the rule: a share names it as its evidence. Another set of members is another row.
    """

    class Method(models.TextChoices):
        PERSONS = "PERSONS"
        AREA = "AREA"
        FLATS = "FLATS"
        EQUAL = "EQUAL"
        LOSS = "LOSS"

    class WhenNegative(models.TextChoices):
        REFUSE = "REFUSE"
        ZERO = "ZERO"

    class WhenUnread(models.TextChoices):
        REFUSE = "REFUSE"
        ESTIMATE = "ESTIMATE"

    main_point = models.ForeignKey(ServicePoint, on_delete=models.PROTECT, related_name="common_meters")
    register_code = models.CharField(max_length=20, help_text="The register that is compared, on main and sub-meters.")
    share_code = models.CharField(
        max_length=20, blank=True, help_text="Register under which tariffs price the shares; none where all is lost."
    )
    method = models.CharField(max_length=10, choices=Method.choices)
    attribute = models.CharField(max_length=40, blank=True, help_text="Of the agreement; none where shares are equal.")
    when_negative = models.CharField(max_length=10, choices=WhenNegative.choices)
    when_unread = models.CharField(max_length=10, choices=WhenUnread.choices)
    source_document = models.CharField(max_length=300)

    class Meta:
        constraints = no_overlap(name="common_meter", by=("main_point", "register_code"))

    def __str__(self) -> str:
        return f"{self.main_point_id} {self.valid_from}"


class CommonMeterMember(Entity, AppendOnly):
    """A point behind a main meter: its own meter is subtracted, it takes a share of the rest, or both."""

    common_meter = models.ForeignKey(CommonMeter, on_delete=models.PROTECT, related_name="members")
    service_point = models.ForeignKey(ServicePoint, on_delete=models.PROTECT, related_name="+")
    is_subtracted = models.BooleanField()
    is_sharing = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["common_meter", "service_point"], name="common_meter_member_once"),
            models.CheckConstraint(
                name="common_meter_member_has_part",
                condition=models.Q(is_subtracted=True) | models.Q(is_sharing=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.common_meter_id} {self.service_point_id}"


class Consumption(DatedFact):
    """Consumption not measured, on a stated basis with its evidence; measured consumption is derived, never typed.

    One with a rule was estimated by a bill run and stands in its bill, until a reading disproves it and supersedes it.
    """

    class Basis(models.TextChoices):
        ESTIMATED = "ESTIMATED"
        NORM = "NORM"
        AGREED = "AGREED"

    agreement = models.ForeignKey(ServiceAgreement, on_delete=models.PROTECT, related_name="consumptions")
    register_code = models.CharField(max_length=20)
    quantity = models.DecimalField(max_digits=18, decimal_places=6)
    basis = models.CharField(max_length=10, choices=Basis.choices)
    evidence = models.CharField(max_length=300)
    rule = models.ForeignKey(EstimationRule, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            *no_overlap(name="consumption", by=("agreement", "register_code")),
            models.CheckConstraint(name="consumption_closed", condition=models.Q(valid_to__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} {self.basis}"
