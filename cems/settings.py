"""Django settings, all from the environment (docs/operations.md lists each variable)."""

from pathlib import Path
from typing import Any

from csp.constants import NONCE, NONE, SELF

from cems.environment import Environment
from cems.retired_settings import RETIRED, still_set

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment()

CEMS_MODE = env.mode
TESTING = CEMS_MODE == "test"
DEMO = env.flag("CEMS_DEMO")
DEBUG = env.flag("CEMS_DEBUG")
SECRET_KEY = env.secret("CEMS_SECRET_KEY")
SECRET_KEY_FALLBACKS = env.words("CEMS_SECRET_KEY_FALLBACKS")
AUDIT_KEYS = [env.secret("CEMS_AUDIT_KEY"), *env.words("CEMS_AUDIT_KEY_PREVIOUS")] if env.seals else []
ALLOWED_HOSTS = env.words("CEMS_ALLOWED_HOSTS", None if env.production else "localhost,127.0.0.1,[::1]")
BASE_URL = env.text("CEMS_BASE_URL", "http://127.0.0.1:8000")
STATE_DIR = env.state_dir(BASE_DIR)

INSTALLED_APPS = [
    "cems.accounts",  # before django.contrib.auth, whose createsuperuser it replaces
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "crispy_forms",
    "crispy_forms_gds",
    "csp",
    "django_htmx",
    "guardian",
    "rest_framework",
    "drf_spectacular",
    "cems.base",
    "cems.policy",
    "cems.audit",
    "cems.notices",
    "cems.clocks",
    "cems.documents",
    "cems.children",
    "cems.actions",
    "cems.meetings",
    "plans",
    "matrix",
    "triage",
    "ceg",
    "demo",
]

MIDDLEWARE = [
    "cems.base.middleware.ProxyHeaders",
    "cems.base.middleware.RequestReference",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "cems.base.middleware.DatabaseAway",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "cems.accounts.middleware.SignedInPeople",
    "cems.base.middleware.Legible",
    "cems.base.form_drafts.FormDrafts",
    "cems.base.middleware.PlainRefusals",
]

ROOT_URLCONF = "cems.urls"
WSGI_APPLICATION = "cems.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": [
                f"cems.base.templatetags.{name}" for name in ("choices", "components", "navigation", "words")
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "cems.context.page",
            ],
        },
    },
]

# --- data: three logins (docs/operations.md) -------------------------------------------------------
# In tests the owner migrates, then every connection takes the application's rights (tests/conftest.py).
DATABASE_ROLE = env.text("CEMS_DATABASE_ROLE", "owner" if TESTING else "app")
_urls = {"app": "DATABASE_URL", "owner": "DATABASE_OWNER_URL"}
DATABASES: dict[str, dict[str, Any]] = {"default": env.database(_urls.get(DATABASE_ROLE, "DATABASE_URL"))}
if env.seals:  # whoever answers pages can't sign what was done
    DATABASES["sealer"] = {**env.database("DATABASE_SEALER_URL"), "TEST": {"MIRROR": "default"}}
if DATABASE_ROLE == "owner":  # a migration may take longer than a request
    DATABASES["default"]["OPTIONS"] |= {"options": "-c lock_timeout=5s -c timezone=UTC", "patience": None}
DATABASE_APP_ROLE = env.text("CEMS_DATABASE_APP_ROLE", "cems_app")
DATABASE_SEALER_ROLE = env.text("CEMS_DATABASE_SEALER_ROLE", "cems_sealer")
DATABASE_OWNER_ROLE = env.text("CEMS_DATABASE_OWNER_ROLE", "cems_owner")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Redis is not trusted with truth: sessions, throttles and drafts live in PostgreSQL.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "base_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # they name children: no cookie

# --- people -----------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "allauth.account.auth_backends.AuthenticationBackend",
    "guardian.backends.ObjectPermissionBackend",
]
ANONYMOUS_USER_NAME = None  # guardian: nobody is not a user
GUARDIAN_CACHE_ANONYMOUS_USER = False
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
SECOND_FACTOR_COMPULSORY = not DEMO and env.flag("CEMS_SECOND_FACTOR", True)
IDLE_SECONDS = env.number("CEMS_IDLE_SECONDS", 20 * 60)
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
ACCOUNT_ADAPTER = "cems.accounts.adapters.ClosedSignUp"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
# allauth's own generator writes the address down as unverified, and its second factor then refuses the person.
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105 - a class, no password
ACCOUNT_FORMS = {
    "reset_password": "cems.accounts.forms.session.PasswordResetForm",
    "user_token": "cems.accounts.forms.session.PasswordLinkForm",
}
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
# The key is account and address together (cems.accounts.adapters): a stranger can't lock anybody out.
# Five wrong passwords shut one account for a while. A whole office has one address: it is shut only to what no office
# does, since a second factor is asked for as well.
ACCOUNT_RATE_LIMITS = {"login_failed": "100/m/ip,5/5m/key", "login": "600/m/ip"}
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = "CEMS: "
ALLAUTH_TRUSTED_PROXY_COUNT = env.number("CEMS_PROXIES", int(env.flag("CEMS_BEHIND_PROXY", env.production)))
MFA_ADAPTER = "cems.accounts.adapters.SecondFactor"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = False
MFA_TOTP_ISSUER = "CEMS"
MFA_FORMS = {
    "authenticate": "cems.accounts.forms.session.CodeForm",
    "reauthenticate": "cems.accounts.forms.session.CodeAgainForm",
}
MFA_TOTP_TOLERANCE = 1  # a phone may be half a minute off, and typing takes time
USERSESSIONS_TRACK_ACTIVITY = False  # cems.accounts.middleware does it, once a minute and not on each request

# --- API: a key of an agency's system, or a person who is signed in ------------------------------------
REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "cems.accounts.tokens.ServiceTokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": [
        "rest_framework.permissions.IsAuthenticated",
        "cems.accounts.tokens.HasScope",
    ],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["cems.base.api.Json"],
    "EXCEPTION_HANDLER": "cems.base.api.refused",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PAGINATION_CLASS": "cems.base.paging.ByKey",
    "DEFAULT_THROTTLE_CLASSES": ["cems.accounts.tokens.TokenThrottle"],
    "DEFAULT_THROTTLE_RATES": {
        "api": env.text("CEMS_API_RATE", "120/min"),
        "failed_keys": env.text("CEMS_API_FAILED_KEYS", "20/min"),
    },
    "NUM_PROXIES": ALLAUTH_TRUSTED_PROXY_COUNT,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "CEMS",
    "VERSION": "1",
    "DESCRIPTION": "For agencies' systems: send a key as `Authorization: Bearer cems_…`.",
    "SERVE_INCLUDE_SCHEMA": False,
}

# --- what leaves in headers -----------------------------------------------------------------------
SECURE_REFERRER_POLICY = (
    "same-origin"  # no other site learns an address; forms of our own pages say where from
)
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
_tls = BASE_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _tls
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = _tls
SECURE_HSTS_SECONDS = 31_536_000 if _tls else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _tls
if env.flag("CEMS_BEHIND_PROXY", env.production):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
PROXY_NETWORKS = env.words(
    "CEMS_PROXY_NETWORKS", "127.0.0.0/8,::1/128,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fc00::/7"
)
CSRF_TRUSTED_ORIGINS = [BASE_URL]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5_000_000  # bytes of a form; a matrix group of long answers in any script fits
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
REQUEST_MAX_BYTES = env.number("CEMS_REQUEST_MAX_BYTES", 6_000_000)  # with files; refused before it is read
CSRF_FAILURE_VIEW = "cems.base.error_pages.csrf_failure"

# --- language, time, files ---------------------------------------------------------------------------
LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_TZ = True
USE_I18N = True
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if env.production
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not env.production
WHITENOISE_AUTOREFRESH = (
    TESTING  # each client of a test starts anew: files are looked for when one is asked for
)
CRISPY_ALLOWED_TEMPLATE_PACKS = ["gds"]
CRISPY_TEMPLATE_PACK = "gds"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- what the host decides of pages that ask again, and of the questions; what the partnership decides is data ----
MATRIX_INSTRUMENT_FOLDERS = env.words("CEMS_MATRIX_INSTRUMENT_FOLDERS")
LIVE_SECONDS = env.number("CEMS_LIVE_SECONDS", 4)
CEVT_LIVE_SECONDS = env.number("CEMS_CEVT_LIVE_SECONDS", 8)  # twelve people ask: docs/adr/0005
PRESENCE_SECONDS = env.number("CEMS_PRESENCE_SECONDS", 30)

# --- mail: from the outbox only ----------------------------------------------------------------------
EMAIL_BACKEND = env.text(
    "CEMS_EMAIL_BACKEND",
    "django.core.mail.backends.smtp.EmailBackend"
    if env.production
    else "django.core.mail.backends.filebased.EmailBackend",
)
EMAIL_FILE_PATH = STATE_DIR / "mail"
EMAIL_HOST = env.text("CEMS_EMAIL_HOST", "localhost")
EMAIL_PORT = env.number("CEMS_EMAIL_PORT", 25)
EMAIL_HOST_USER = env.text("CEMS_EMAIL_USER", "")
EMAIL_HOST_PASSWORD = env.text("CEMS_EMAIL_PASSWORD", "")
EMAIL_USE_TLS = env.flag("CEMS_EMAIL_TLS", env.production)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.text("CEMS_EMAIL_FROM", "cems@localhost")

# --- Celery: beat asks what is due; see cems/clocks ---------------------------------------------------
SWEEP_SECONDS = env.number("CEMS_SWEEP_SECONDS", 30)
CELERY_BROKER_URL = env.text("REDIS_URL", None if env.production else "redis://127.0.0.1:6379/0").replace(
    "unix://", "redis+socket://"
)
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 120,
    "unacked_restore_interval": 2,
    "unacked_restore_throttle": 1,
    "socket_timeout": 5,
    "socket_connect_timeout": 0.2,
    "max_retries": 1,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_TIME_LIMIT = 100
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "cems.beat:SteadyScheduler"
CELERY_BEAT_SCHEDULE = {
    "clocks": {
        "task": "cems.clocks.tasks.sweep",
        "schedule": SWEEP_SECONDS,
        "options": {"expires": SWEEP_SECONDS},
    },
    "outbox": {
        "task": "cems.notices.tasks.send_outbox",
        "schedule": SWEEP_SECONDS,
        "options": {"expires": SWEEP_SECONDS},
    },
    "departures": {
        "task": "cems.accounts.tasks.tell_departures",
        "schedule": 900,
        "options": {"expires": 900},
    },
    "account_changes": {
        "task": "cems.accounts.tasks.carry_out_account_changes",
        "schedule": 300,
        "options": {"expires": 300},
    },
    "posts": {"task": "cems.children.tasks.begin_posts", "schedule": 3600, "options": {"expires": 3600}},
    "placements": {
        "task": "cems.children.tasks.follow_placements",
        "schedule": 900,
        "options": {"expires": 900},
    },
    "last days": {
        "task": "cems.clocks.tasks.tell_of_last_days",
        "schedule": 3600,
        "options": {"expires": 3600},
    },
    "boards": {"task": "ceg.tasks.follow_chairs", "schedule": 3600, "options": {"expires": 3600}},
    "low matrices": {"task": "triage.tasks.low_matrices", "schedule": 900, "options": {"expires": 900}},
    "information requests": {
        "task": "triage.tasks.information_requests",
        "schedule": 300,
        "options": {"expires": 300},
    },
    "meeting days": {"task": "triage.tasks.meeting_days", "schedule": 900, "options": {"expires": 900}},
    "expiry": {"task": "cems.base.tasks.clear_expired", "schedule": 3600, "options": {"expires": 3600}},
    "seal": {"task": "cems.audit.tasks.seal", "schedule": 20, "options": {"expires": 20}},
}

# --- logs: one JSON line each, references only ---------------------------------------------------------
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"plain": {"()": "cems.base.logs.WithoutPeople"}},
    "formatters": {"json": {"()": "cems.base.logs.JsonLines"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json", "filters": ["plain"]}},
    "root": {"handlers": ["console"], "level": env.text("CEMS_LOG_LEVEL", "INFO")},
    "loggers": {
        "django.db.backends": {"level": "WARNING"},
        "weasyprint": {"level": "ERROR"},  # its warnings quote signs of the record that no font has
    },
}

env.refuse_unsafe(still_set({name: env.text(name, "") for name in RETIRED}))
