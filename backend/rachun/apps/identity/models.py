"""Legal entities, branches, principals and what they may do."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now

from rachun.apps.base.fields import Entity
from rachun.values.ids import uuid7


class LegalEntity(Entity):
    """The seller: every account belongs to exactly one."""

    class CountryPack(models.TextChoices):
        UA = "UA"
        BA = "BA"
        NEUTRAL = "NEUTRAL"

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=300)
    short_name = models.CharField(max_length=100)
    country_pack = models.CharField(max_length=10, choices=CountryPack)
    country_code = models.CharField(max_length=2)
    time_zone = models.CharField(max_length=50)
    currency = models.CharField(max_length=3)
    language = models.CharField(max_length=5)
    tax_number = models.CharField(max_length=20, blank=True)
    address = models.CharField(max_length=300, blank=True)
    phone = models.CharField(max_length=50, blank=True)
    email = models.EmailField(blank=True)
    website = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.code


class VatRegistration(Entity):
    """The days on which the legal entity is a VAT payer, and under which number."""

    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="vat_registrations")
    number = models.CharField(max_length=20)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="vat_registration_no_overlap",
                expressions=[
                    (F("legal_entity"), RangeOperators.EQUAL),
                    (
                        Func(F("valid_from"), F("valid_to"), function="daterange", output_field=DateRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]

    def __str__(self) -> str:
        return self.number


class BankAccount(Entity):
    """A bank account the legal entity is paid on."""

    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="bank_accounts")
    iban = models.CharField(max_length=34)
    bank_name = models.CharField(max_length=200)
    currency = models.CharField(max_length=3)
    is_printed_on_bills = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["legal_entity", "iban"], name="bank_account_once")]

    def __str__(self) -> str:
        return self.iban


class Branch(Entity):
    """A part of the legal entity that sees its own customers."""

    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="branches")
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=200)
    address = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["legal_entity", "code"], name="branch_code_once")]

    def __str__(self) -> str:
        return self.code


class Principal(AbstractBaseUser):
    """Whoever can be authenticated. What kind it is decides which profile it has."""

    class Kind(models.TextChoices):
        OPERATOR = "OPERATOR"
        SUBSCRIBER = "SUBSCRIBER"
        API_CLIENT = "API_CLIENT"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    login = models.CharField(max_length=150, unique=True)
    kind = models.CharField(max_length=12, choices=Kind)
    language = models.CharField(max_length=5, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now())

    USERNAME_FIELD = "login"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = BaseUserManager()

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class Operator(Entity):
    """An employee of the enterprise."""

    principal = models.OneToOneField(Principal, on_delete=models.PROTECT, related_name="operator")
    full_name = models.CharField(max_length=200)
    email = models.EmailField(blank=True)
    updated_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return str(self.id)


class ApiClient(Entity):
    """Another system. Its key is long and random, so one SHA-256 keeps it; its scopes narrow its roles."""

    principal = models.OneToOneField(Principal, on_delete=models.PROTECT, related_name="api_client")
    name = models.CharField(max_length=200)
    key_hash = models.CharField(max_length=64)
    scopes = models.JSONField(default=list)

    def __str__(self) -> str:
        return self.name


class SubscriberLogin(Entity):
    """A consumer's way in: a unique id printed on the bill, opened by an activation code sent on request."""

    principal = models.OneToOneField(Principal, on_delete=models.PROTECT, related_name="subscriber_login")
    unique_id = models.CharField(max_length=30, unique=True)
    code_hash = models.CharField(max_length=64, blank=True)
    code_expires_at = models.DateTimeField(null=True)
    code_tries = models.IntegerField(default=0)
    activated_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.unique_id


class SubscriberAccess(Entity):
    """Which accounts a subscriber may see. The account lives in a higher app, so its id is plain."""

    principal = models.ForeignKey(Principal, on_delete=models.PROTECT, related_name="account_access")
    account_id = models.UUIDField(db_index=True)
    granted_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["principal", "account_id"], name="subscriber_access_once")]

    def __str__(self) -> str:
        return f"{self.principal_id} {self.account_id}"


class Role(Entity):
    """A named set of operations."""

    code = models.CharField(max_length=50, unique=True)
    name_uk = models.CharField(max_length=100)
    name_bs = models.CharField(max_length=100)
    name_en = models.CharField(max_length=100)

    def __str__(self) -> str:
        return self.code


class RolePermission(Entity):
    """One operation of the contract that a role may call."""

    role = models.ForeignKey(Role, on_delete=models.CASCADE, related_name="permissions")
    operation_id = models.CharField(max_length=100)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["role", "operation_id"], name="role_permission_once")]

    def __str__(self) -> str:
        return self.operation_id


class RoleAssignment(Entity):
    """A principal's role in a legal entity, in one branch or in all of them."""

    principal = models.ForeignKey(Principal, on_delete=models.PROTECT, related_name="role_assignments")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="assignments")
    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="role_assignments")
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, null=True, related_name="role_assignments")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["principal", "role", "legal_entity", "branch"],
                name="role_assignment_once",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.principal_id} {self.role_id}"


class LoginSession(Entity):
    """One signing-in: the family of its refresh tokens. Revoking it ends every token of the family at once."""

    principal = models.ForeignKey(Principal, on_delete=models.PROTECT, related_name="login_sessions")
    started_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_why = models.CharField(max_length=30, blank=True)
    origin = models.CharField(max_length=45, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["principal"], name="login_session_open", condition=Q(revoked_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return str(self.id)


class LoginThrottle(Entity):
    """Failures of one login or one address: the delay that follows grows with them."""

    key_hash = models.CharField(max_length=64, unique=True)
    failures = models.IntegerField(default=0)
    locked_until = models.DateTimeField(null=True)
    latest_failure_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.key_hash[:8]
