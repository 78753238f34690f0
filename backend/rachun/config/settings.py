"""Django's settings. What differs between machines comes from config/env.py and nowhere else."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from rachun.config.env import DatabaseAddress, env

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
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]


def database_settings(*, address: DatabaseAddress, pool_size: int | None) -> dict[str, Any]:
    """Connection settings for one role; without a pool size every thread keeps its own connection."""
    options: dict[str, Any] = {"application_name": f"rachun-{ENV.role}", "connect_timeout": 10}
    if pool_size is not None:
        options["pool"] = {"min_size": 1, "max_size": pool_size, "timeout": 10}
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

FILES_DIR = ENV.files_dir

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("uk", "Українська"), ("bs", "Bosanski")]
LOCALE_PATHS = [PACKAGE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

TEMPLATES: list[dict[str, Any]] = []

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
}

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
