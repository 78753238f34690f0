"""Django's settings. What differs between machines comes from config/env.py and nowhere else."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from rachun.config.env import DatabaseAddress, env
from rachun.config.observing import configure_logging, configure_sentry

ENV = env()
PACKAGE_DIR = Path(__file__).resolve().parent.parent

SECRET_KEY = ENV.secret_key
DEBUG = ENV.debug
ALLOWED_HOSTS = list(ENV.allowed_hosts)
ROOT_URLCONF = "rachun.config.urls"
ASGI_APPLICATION = "rachun.config.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
APPEND_SLASH = False

# From the bottom of the layers to the top; config/layers of architecture.md.
PRODUCT_APPS = [
    "rachun.apps.base",
    "rachun.apps.identity",
    "rachun.apps.documents",
    "rachun.apps.messaging",
    "rachun.apps.devices",
    "rachun.apps.catalog",
    "rachun.apps.customers",
    "rachun.apps.resources",
    "rachun.apps.ledger",
    "rachun.apps.agreements",
    "rachun.apps.metering",
    "rachun.apps.usage",
    "rachun.apps.rating",
    "rachun.apps.receivables",
    "rachun.apps.billing",
    "rachun.apps.payments",
    "rachun.apps.selfservice",
    "rachun.apps.search",
    "rachun.apps.demo",
]
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.postgres",
    "rest_framework",
    "rest_framework_simplejwt.token_blacklist",
    "django_filters",
    "drf_spectacular",
    *PRODUCT_APPS,
]

MIDDLEWARE = [
    "rachun.apps.base.api.middleware.request_context",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]


def database_settings(*, address: DatabaseAddress, pool_size: int | None) -> dict[str, Any]:
    """Connection settings for one role; without a pool size every thread keeps its own connection."""
    options: dict[str, Any] = {"application_name": f"rachun-{ENV.role}", "connect_timeout": 10}
    if pool_size is not None:
        # Without a database, a request is told so before its caller and the proxy's check of /ready give up.
        options["pool"] = {"min_size": 1, "max_size": pool_size, "timeout": 3}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": address.name,
        "USER": address.user,
        "PASSWORD": address.password,
        "HOST": address.host,
        "PORT": address.port,
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }


POOL_SIZE = 16 if ENV.role == "app" and not ENV.is_tooling else None
DATABASES = {"default": database_settings(address=ENV.database, pool_size=POOL_SIZE)}

AUTH_USER_MODEL = "identity.Principal"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("uk", "Українська"), ("bs", "Bosanski")]
LOCALE_PATHS = [PACKAGE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

TEMPLATES: list[dict[str, Any]] = []

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_SCHEMA_CLASS": "rachun.apps.base.api.schema.ContractSchema",
    "EXCEPTION_HANDLER": "rachun.apps.base.api.problems.handle_exception",
    "DEFAULT_AUTHENTICATION_CLASSES": ["rachun.apps.identity.api.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rachun.apps.identity.permissions.MayCall"],
    "DEFAULT_PAGINATION_CLASS": "rachun.apps.base.api.pagination.Pages",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PARSER_CLASSES": ["rachun.apps.base.api.parsing.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "rachun.apps.base.api.parsing.OneForm",
    "DEFAULT_THROTTLE_CLASSES": [
        "rachun.apps.base.api.throttles.PerPrincipal",
        "rachun.apps.base.api.throttles.PerAddress",
        "rachun.apps.base.api.throttles.Costly",
    ],
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "COERCE_DECIMAL_TO_STRING": True,
    "URL_FORMAT_OVERRIDE": None,
    "FORMAT_SUFFIX_KWARG": None,
}
# Calls and the length of the window in seconds: see apps/base/api/throttles.py.
RACHUN_RATES = {"principal": (18_000, 60), "address": (120, 60), "costly": (30, 60)}
RACHUN_RATES |= {"frequent": (600_000, 60)}  # for every single event of another system, as its calls
RACHUN_RATES |= {"activation": (10, 600), "activation_address": (60, 600)}  # an office shares one address
RACHUN_WIRING = "rachun.config.wiring"

SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Rachun",
    "DESCRIPTION": "Billing for utilities and telecom operators.",
    "VERSION": "1",
    "OAS_VERSION": "3.0.3",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "COMPONENT_SPLIT_PATCH": True,
    "SORT_OPERATIONS": True,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {
        "AccountDelivery": "rachun.apps.customers.models.Account.Delivery",
        "BillRunKind": "rachun.apps.billing.models.BillRun.Kind",
        "BillRunState": "rachun.apps.billing.models.BillRun.State",
        "CashAnswer": "rachun.apps.payments.api.cash_serializers.ANSWERS",
        "CashMoveKind": "rachun.apps.payments.api.cash_serializers.MOVES",
        "CashMovementKind": "rachun.apps.payments.models.CashMovement.Kind",
        "CashMovementState": "rachun.apps.payments.models.CashMovement.State",
        "CashPaymentState": "rachun.apps.payments.models.CashPayment.State",
        "CashShiftState": "rachun.apps.payments.models.CashShift.State",
        "CommonMeterMethod": "rachun.apps.metering.models.CommonMeter.Method",
        "CommonMeterWhenNegative": "rachun.apps.metering.models.CommonMeter.WhenNegative",
        "CommonMeterWhenUnread": "rachun.apps.metering.models.CommonMeter.WhenUnread",
        "ContactKind": "rachun.apps.customers.models.ContactPoint.Kind",
        "CountryPack": "rachun.apps.identity.models.LegalEntity.CountryPack",
        "CustomerLanguage": "rachun.apps.customers.models.Language",
        "DebtKind": "rachun.apps.ledger.models.OpenItem.DebtKind",
        "DeliveryChannel": "rachun.apps.messaging.models.Delivery.Channel",
        "DeliveryState": "rachun.apps.messaging.models.Delivery.State",
        "DeviceKind": "rachun.apps.devices.models.Device.Kind",
        "DeviceState": "rachun.apps.devices.models.Device.State",
        "DocumentKind": "rachun.apps.documents.models.Document.Kind",
        "EstimationMethod": "rachun.apps.metering.services.METHODS",
        "FileEncoding": "rachun.apps.rating.api.serializers.ENCODINGS",
        "JobState": "rachun.apps.base.models.Job.State",
        "OperatorLanguage": "rachun.apps.identity.api.serializers.LANGUAGES",
        "PartyKind": "rachun.apps.customers.models.Party.Kind",
        "PeriodArea": "rachun.apps.ledger.models.AccountingPeriod.Area",
        "PeriodState": "rachun.apps.ledger.models.AccountingPeriod.State",
        "PrincipalKind": "rachun.apps.identity.models.Principal.Kind",
        "ReadingAction": "rachun.apps.metering.api.serializers.ACTIONS",
        "ReadingCheckName": "rachun.engine.usage.validation.CHECKS",
        "HeldReadingDecision": "rachun.apps.metering.models.HeldReading.Decision",
        "ReadingSource": "rachun.apps.metering.models.ReadingRule.Source",
        "ReadingFormat": "rachun.apps.metering.services.FORMATS",
        "ReadingKind": "rachun.apps.metering.models.Reading.Kind",
        "ReceiptChannel": "rachun.apps.payments.models.Receipt.Channel",
        "ResourceKind": "rachun.apps.resources.models.Resource.Kind",
        "SignInMode": "rachun.apps.identity.api.serializers.MODES",
        "UsageBatchState": "rachun.apps.usage.models.UsageBatch.State",
        "UsageFormat": "rachun.apps.usage.api.serializers.FORMAT_NAMES",
        "UsageKind": "rachun.apps.usage.models.UsageSource.Kind",
        "UsageRecordState": "rachun.apps.usage.models.UsageRecord.State",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "rachun.apps.base.api.schema.complete_components",
    ],
}

REDIS_URL = ENV.redis_url
CACHES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": ENV.redis_url,
        # Requests only count in it, and go on uncounted: one that takes and does not answer must not hold them up.
        "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1},
    }
}
FILES_DIR = ENV.files_dir
FRONTEND_DIR = ENV.frontend_dir
PORTAL_DIR = ENV.portal_dir
PUBLIC_URL = ENV.public_url
SMTP_URL = ENV.smtp_url
METRICS_TOKEN = ENV.metrics_token

DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024  # a body; files go through FILE_UPLOAD_MAX_SIZE
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
FILE_UPLOAD_MAX_SIZE = 200 * 1024 * 1024  # of files that their readers hold whole
CALLS_UPLOAD_MAX_SIZE = 2 * 1024**3  # calls are read part by part; ten million of them take less than half of this

# Behind https everything that a browser can enforce is on; a loopback stack without a certificate cannot have it.
PUBLIC_IS_HTTPS = ENV.public_url.startswith("https://")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = PUBLIC_IS_HTTPS
SECURE_REDIRECT_EXEMPT = [r"^health$", r"^ready$", r"^metrics$"]
SECURE_HSTS_SECONDS = 31_536_000 if PUBLIC_IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PUBLIC_IS_HTTPS
SECURE_HSTS_PRELOAD = PUBLIC_IS_HTTPS
SECURE_REFERRER_POLICY = "no-referrer"
X_FRAME_OPTIONS = "DENY"
# No view trusts a cookie, but the refresh one, which has its own check: apps/identity/services/sessions.py.
SILENCED_SYSTEM_CHECKS = ["security.W003"]

SIMPLE_JWT: dict[str, Any] = {
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=10),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=14),
    "ROTATE_REFRESH_TOKENS": True,
    "BLACKLIST_AFTER_ROTATION": True,
    "ALGORITHM": "HS256",
    "SIGNING_KEY": ENV.jwt_key,
    "AUDIENCE": "rachun",
    "ISSUER": "rachun",
    "USER_ID_FIELD": "id",
    "USER_ID_CLAIM": "sub",
    "UPDATE_LAST_LOGIN": False,
}

LOGGING_CONFIG = None
configure_logging(is_debug=ENV.debug)
configure_sentry(dsn=ENV.sentry_dsn)
