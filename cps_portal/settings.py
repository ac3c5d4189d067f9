"""Settings of the portal. One file for every place it runs; what differs comes from the environment.

Required in production: SECRET_KEY, DATABASE_URL, REDIS_URL, ALLOWED_HOSTS, PORTAL_ORIGIN, EMAIL_URL.
`dev.py` sets PORTAL_INSECURE_ORIGIN (plain http on localhost) and MAIL_DIR (mail goes to a mailbox page).
"""

from datetime import date
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from cps_portal import allauth_forms
from cps_portal.logs import one_line_an_event

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

DEBUG = False
SECRET_KEY = env.str("SECRET_KEY")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost"])
PORTAL_ORIGIN = env.str("PORTAL_ORIGIN", default="http://localhost:8000")
CSRF_TRUSTED_ORIGINS = [PORTAL_ORIGIN]
INSECURE_ORIGIN = env.bool("PORTAL_INSECURE_ORIGIN", default=False)
MAIL_DIR = env.str("MAIL_DIR", default="")

# The programme (shared rules live in code; what an owner may change lives here or in dated rows).
PROGRAMME_START = date.fromisoformat(env.str("PROGRAMME_START", default="2024-01-01"))
# How long a process may answer from its dictionary of products before it looks whether the tables moved on.
SEARCH_RECHECK_SECONDS = env.float("SEARCH_RECHECK_SECONDS", default=1)
ITEMS_VALIDATED_PER_HOUR = env.int("ITEMS_VALIDATED_PER_HOUR", default=10)
ITEMS_WITHOUT_NUMBER_PER_PRODUCT = env.int("ITEMS_WITHOUT_NUMBER_PER_PRODUCT", default=3)
REMOVAL_UNDO_DAYS = env.int("REMOVAL_UNDO_DAYS", default=14)
TAKE_BACK_SECONDS = env.int("TAKE_BACK_SECONDS", default=60)
CLAIM_ANSWER_DAYS = env.int("CLAIM_ANSWER_DAYS", default=14)
PROOF_MAX_BYTES = env.int("PROOF_MAX_BYTES", default=10 * 1024 * 1024)
PROOF_QUOTA_BYTES = env.int("PROOF_QUOTA_BYTES", default=200 * 1024 * 1024)
# Up to so many rows of an import are written while the member waits; more of them by the worker.
IMPORT_WRITTEN_AT_ONCE = env.int("IMPORT_WRITTEN_AT_ONCE", default=75)
IMPORT_KEPT_DAYS = env.int("IMPORT_KEPT_DAYS", default=30)
FAST_TRACK_SLOTS = 3  # the database holds it as well: slot_one_of_three
CASE_REQUEST_DAYS = env.int("CASE_REQUEST_DAYS", default=21)
CASE_EXPIRY_NOTICE_DAYS = env.int("CASE_EXPIRY_NOTICE_DAYS", default=7)
CASE_CLOSES_AFTER_DAYS = env.int("CASE_CLOSES_AFTER_DAYS", default=7)
CASE_REOPEN_DAYS = env.int("CASE_REOPEN_DAYS", default=30)
CASE_DRAFT_KEPT_DAYS = env.int("CASE_DRAFT_KEPT_DAYS", default=60)
CASE_FILE_MAX_BYTES = env.int("CASE_FILE_MAX_BYTES", default=10 * 1024 * 1024)
CASE_FILES_MOST = env.int("CASE_FILES_MOST", default=12)
ESTIMATE_VALID_DAYS = env.int("ESTIMATE_VALID_DAYS", default=14)
BENCH_STALE_DAYS = env.int("BENCH_STALE_DAYS", default=3)  # working days in which nothing happened
PACK_LATE_DAYS = env.int("PACK_LATE_DAYS", default=28)
PACK_ADDRESS_KEPT_DAYS = env.int("PACK_ADDRESS_KEPT_DAYS", default=180)
CLOSING_UNDO_DAYS = env.int("CLOSING_UNDO_DAYS", default=7)
EMAIL_UNDO_DAYS = env.int("EMAIL_UNDO_DAYS", default=14)
EXPORT_KEPT_HOURS = env.int("EXPORT_KEPT_HOURS", default=24)
# People without an account: their threads and mail after the last word, visitors after their case or event.
GUEST_KEPT_DAYS = env.int("GUEST_KEPT_DAYS", default=365)
# Accounts of the former scheme that nobody claims.
FORMER_KEPT_DAYS = env.int("FORMER_KEPT_DAYS", default=730)
LOAN_DAYS_AFTER_RETURN = env.int("LOAN_DAYS_AFTER_RETURN", default=3)
LOAN_SHIPPING_DAYS = env.int("LOAN_SHIPPING_DAYS", default=2)
STANDARD_TURNAROUND_DAYS = env.int("STANDARD_TURNAROUND_DAYS", default=10)
DROP_NOTICE_DAYS = env.int("DROP_NOTICE_DAYS", default=60)
# A change of plan that costs more members a level on one day, or moves the points of more, asks for a second person.
APPROVAL_LEVELS_LOST = env.int("APPROVAL_LEVELS_LOST", default=100)
APPROVAL_MEMBERS = env.int("APPROVAL_MEMBERS", default=5_000)
# Members whose standings the night locks at a time, in one short transaction.
NIGHT_CHUNK = env.int("NIGHT_CHUNK", default=2_500)
# The version of the Terms of use and Privacy that members accept on joining, and the day it began.
TERMS_VERSION = "2026-11"
TERMS_SINCE = date(2026, 11, 1)
CONTACT_ADDRESS = env.str("CONTACT_ADDRESS", default="cps@localhost")

INSTALLED_APPS = [
    "cps_portal",
    "servicing",
    "kitbag",
    "members",
    "cps_portal.admin_config.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_countries",
    "django_htmx",
    "django_linear_migrations",
    "django_structlog",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "cps_portal.signed_in.SeenMiddleware",
    "cps_portal.suspended.SuspendedMiddleware",
    "cps_portal.acting.ActingMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "cps_portal.request_log.RequestLog",
]

ROOT_URLCONF = "cps_portal.urls"
WSGI_APPLICATION = "cps_portal.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "cps_portal.context.portal",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static"],
        },
    }
]

# Data
DATABASES = {
    "default": env.db_url("DATABASE_URL")
    | {
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Rate limits live in Postgres: a flushed broker must not clear a lock-out.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "portal_cache",
        "OPTIONS": {"MAX_ENTRIES": 500_000},
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30

# People
AUTH_USER_MODEL = "members.User"
AUTHENTICATION_BACKENDS = ["cps_portal.signed_in.PortalBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = reverse_lazy("account_login")
LOGIN_REDIRECT_URL = reverse_lazy("dashboard")
ACCOUNT_ADAPTER = "cps_portal.pages.joining.PortalAccountAdapter"
ACCOUNT_FORMS = allauth_forms.ACCOUNT
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# A second click on Join must not meet allauth's one code in ten seconds; a mailbox must not be flooded.
ACCOUNT_RATE_LIMITS = {
    "confirm_email": "3/m/key,10/h/key",
    # Acts of our own that go by allauth's limits.
    "kit_many": "60/h/user",
}
ACCOUNT_SESSION_REMEMBER = True
# A code may wait in the outbox for a mail server that is slow to answer.
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "http" if INSECURE_ORIGIN else "https"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)
MFA_ADAPTER = "cps_portal.pages.signing_in_forms.PortalMFAAdapter"
MFA_FORMS = allauth_forms.MFA
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_PASSKEY_SIGNUP_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = INSECURE_ORIGIN
MFA_TOTP_ISSUER = "CPS"
USERSESSIONS_TRACK_ACTIVITY = True

# Language and place
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("ar", "العربية")]
LOCALE_PATHS = [BASE_DIR / "cps_portal" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
USE_THOUSAND_SEPARATOR = False
FORMAT_MODULE_PATH = "cps_portal.formats"
# Shorter than the list's own, or named here so that our catalogue gives the usual name in other languages.
COUNTRIES_OVERRIDE = {
    "BY": _("Belarus"),
    "EE": _("Estonia"),
    "ES": _("Spain"),
    "GB": _("United Kingdom"),
    "LU": _("Luxembourg"),
    "SA": _("Saudi Arabia"),
    "US": _("United States of America"),
    "ZA": _("South Africa"),
}

# Static files: hashed and compressed; there is no other way to serve them.
STATIC_URL = "/static/"
STATIC_ROOT = env.str("STATIC_ROOT", default=str(BASE_DIR / ".local" / "static"))
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "cps_portal.staticfiles.JoinedFinder",
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
]
MEDIA_ROOT = env.str("MEDIA_DIR", default=str(BASE_DIR / ".local" / "media"))


def private_shelf(folder: str, setting: str) -> dict[str, object]:
    """Where files of members lie: private, outside the web root. Another backend (S3, say) is a setting."""
    here = {
        "location": f"{MEDIA_ROOT}/{folder}",
        "file_permissions_mode": 0o600,
        "directory_permissions_mode": 0o700,
    }
    return {
        "BACKEND": env.str(setting, default="django.core.files.storage.FileSystemStorage"),
        "OPTIONS": env.json(f"{setting}_OPTIONS", default=here),
    }


STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "proofs": private_shelf("proofs", "PROOF_STORAGE"),
    "cases": private_shelf("cases", "CASE_STORAGE"),
    "threads": private_shelf("threads", "THREAD_STORAGE"),
    "exports": private_shelf("exports", "EXPORT_STORAGE"),
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# Mail: every message is a row first (members/messages.py); the worker sends it through this.
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="CPS <cps@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
EMAIL_TIMEOUT = 15
MAIL_CONNECTIONS = env.int("MAIL_CONNECTIONS", default=1)  # workers that may be sending at a time
if MAIL_DIR:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = MAIL_DIR
else:
    vars().update(env.email_url("EMAIL_URL", default="smtp://localhost:25"))

# Tasks
CELERY_BROKER_URL = env.str("REDIS_URL")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_TIME_LIMIT = 1500
# kombu looks for abandoned tasks every interval (10 s) × throttle; it counts the throttle 10 unless told.
# No second try and the socket limits: all that a request may lose to a broker that does not answer.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 1800,
    "unacked_restore_throttle": 1,
    "max_retries": 0,
    "socket_connect_timeout": 1,
    "socket_timeout": 2,
}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"
CELERY_ENABLE_UTC = True

# Safety
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
        "report-uri": ["/csp-report/"],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "django.views.csrf.csrf_failure"
if not INSECURE_ORIGIN:
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^health/$"]
    SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    LANGUAGE_COOKIE_SECURE = True
    if env.bool("TRUST_FORWARDED_PROTO", default=False):
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_HANDLERS = [
    "kitbag.camera_photo.HeadOfPhoto",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

LOGGING = one_line_an_event(env.str("LOG_LEVEL", default="INFO"))
