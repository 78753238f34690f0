"""What goes in and out of the identity operations."""

from rest_framework import serializers

from rachun.apps.base.api.serializers import In, Out
from rachun.apps.identity.models import LegalEntity, Principal

LANGUAGES = ("uk", "bs", "en")
MODES = ("cookie", "body")


class LoginIn(In):
    login = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=200, trim_whitespace=False)
    mode = serializers.ChoiceField(choices=MODES, default="cookie")


class RefreshIn(In):
    """Without a refresh token in the body, the cookie and the X-CSRF-Token header are used."""

    refresh = serializers.CharField(max_length=4000, required=False)


class TokensOut(Out):
    access = serializers.CharField()
    expires_in_s = serializers.IntegerField()
    refresh = serializers.CharField(allow_null=True, help_text="Only in body mode.")
    csrf = serializers.CharField(allow_null=True, help_text="Only in cookie mode: send it as X-CSRF-Token.")


class PasswordIn(In):
    current_password = serializers.CharField(max_length=200, trim_whitespace=False)
    new_password = serializers.CharField(max_length=200, trim_whitespace=False)


class ClientTokenIn(In):
    client_id = serializers.CharField(max_length=150)
    client_secret = serializers.CharField(max_length=200, trim_whitespace=False)


class AssignmentOut(Out):
    role = serializers.CharField(source="role.code")
    legal_entity_id = serializers.UUIDField()
    branch_id = serializers.UUIDField(allow_null=True)


class MeOut(Out):
    id = serializers.UUIDField()
    login = serializers.CharField()
    kind = serializers.ChoiceField(choices=Principal.Kind.choices)
    name = serializers.CharField()
    language = serializers.CharField()
    assignments = AssignmentOut(many=True)
    operations = serializers.ListField(child=serializers.CharField())


class LegalEntityOut(Out):
    id = serializers.UUIDField()
    code = serializers.CharField()
    name = serializers.CharField()
    short_name = serializers.CharField()
    country_pack = serializers.ChoiceField(choices=LegalEntity.CountryPack.choices)
    country_code = serializers.CharField()
    time_zone = serializers.CharField()
    currency = serializers.CharField()
    language = serializers.CharField()
    tax_number = serializers.CharField()
    address = serializers.CharField()
    phone = serializers.CharField()
    email = serializers.CharField()
    website = serializers.CharField()


class LegalEntityIn(In):
    """What may change after bills were issued in the entity's name; its currency and country may not."""

    name = serializers.CharField(max_length=300, required=False)
    short_name = serializers.CharField(max_length=100, required=False)
    address = serializers.CharField(max_length=300, required=False, allow_blank=True)
    phone = serializers.CharField(max_length=50, required=False, allow_blank=True)
    email = serializers.EmailField(required=False, allow_blank=True)
    website = serializers.CharField(max_length=200, required=False, allow_blank=True)


class BranchOut(Out):
    id = serializers.UUIDField()
    legal_entity_id = serializers.UUIDField()
    code = serializers.CharField()
    name = serializers.CharField()
    address = serializers.CharField()


class BranchIn(In):
    legal_entity_id = serializers.UUIDField()
    code = serializers.RegexField(r"^[A-Za-z0-9_-]{1,20}$")
    name = serializers.CharField(max_length=200)
    address = serializers.CharField(max_length=300, allow_blank=True, default="")


class BranchChangeIn(In):
    name = serializers.CharField(max_length=200, required=False)
    address = serializers.CharField(max_length=300, required=False, allow_blank=True)


class AssignmentIn(In):
    role = serializers.CharField(max_length=50)
    legal_entity_id = serializers.UUIDField()
    branch_id = serializers.UUIDField(allow_null=True, default=None)


class OperatorIn(In):
    login = serializers.RegexField(r"^[A-Za-z0-9._@+-]{3,150}$")
    password = serializers.CharField(max_length=200, trim_whitespace=False)
    full_name = serializers.CharField(max_length=200)
    email = serializers.EmailField(allow_blank=True, default="")
    language = serializers.ChoiceField(choices=LANGUAGES)
    assignments = AssignmentIn(many=True, allow_empty=False, max_length=50)  # type: ignore[call-arg]  # ListSerializer takes it


class OperatorOut(Out):
    id = serializers.UUIDField()
    login = serializers.CharField(source="principal.login")
    full_name = serializers.CharField()
    email = serializers.CharField()
    language = serializers.CharField(source="principal.language")
    is_active = serializers.BooleanField(source="principal.is_active")
    assignments = AssignmentOut(many=True, source="principal.role_assignments.all")


class RoleOut(Out):
    id = serializers.UUIDField()
    code = serializers.CharField()
    name_uk = serializers.CharField()
    name_bs = serializers.CharField()
    name_en = serializers.CharField()
    operations = serializers.SerializerMethodField()

    def get_operations(self, role: object) -> list[str]:
        return sorted(permission.operation_id for permission in role.permissions.all())  # type: ignore[attr-defined]


class AuditRowOut(Out):
    id = serializers.UUIDField()
    at = serializers.DateTimeField()
    principal_id = serializers.UUIDField(allow_null=True)
    origin = serializers.CharField()
    request_id = serializers.CharField()
    operation = serializers.CharField()
    legal_entity_id = serializers.UUIDField(allow_null=True)
    object_kind = serializers.CharField()
    object_id = serializers.CharField()
    before = serializers.DictField(child=serializers.JSONField(allow_null=True), allow_null=True)
    after = serializers.DictField(child=serializers.JSONField(allow_null=True), allow_null=True)
    why = serializers.CharField()
