"""The one settings module: every value that differs between installations is read from the environment.

A file `.env` beside `manage.py` (another by `ENV_FILE`) fills in what the environment leaves out.
"""

from datetime import timedelta
from pathlib import Path

import django
from django.utils.translation import gettext_lazy as _

from booking_site import environment, listening, logs, mail, metrics_folder, text_gateway
from booking_site.composition import (  # noqa: F401  # settings of these names
    AUTH_PASSWORD_VALIDATORS,
    AUTHENTICATION_BACKENDS,
    INSTALLED_APPS,
    MIDDLEWARE,
    PASSWORD_HASHERS,
)
from bookings import limits

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"
VAR_DIR.mkdir(exist_ok=True)

env = environment.Env()
SETTINGS_FILE = env.str("ENV_FILE", default=str(BASE_DIR / ".env"))
environment.read_file(SETTINGS_FILE)

SECRET_KEY = environment.secret_key(env.str("SECRET_KEY"))
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
DEBUG = env.switch("DEBUG", default=False)
# The site says on every page that nothing in it is real; set for a trial installation.
TEST_MODE = env.switch("TEST_MODE", default=False)

# --- The public address: hosts, origins, cookies and https follow from it alone ---

BIND = env.str("BIND", default="127.0.0.1")
PORT = environment.port(env.str("PORT", default="8000"))
_site = environment.site_url(env.str("SITE_URL", default=listening.default_site_url(BIND, PORT)))
SITE_URL = _site.geturl()
SITE_IS_HTTPS = _site.scheme == "https"
_LOOPBACK = ["localhost", "127.0.0.1", "[::1]"]  # also for the machine's own health checks
_host = f"[{_site.hostname}]" if ":" in str(_site.hostname) else str(_site.hostname)
SITE_IS_LOCAL = _host in _LOOPBACK
ALLOWED_HOSTS = [_host, *_LOOPBACK]
CSRF_TRUSTED_ORIGINS = [SITE_URL]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = SITE_IS_HTTPS
SECURE_SSL_REDIRECT = SITE_IS_HTTPS
SECURE_SSL_HOST = _site.netloc if SITE_IS_HTTPS else None
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if SITE_IS_HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
SILENCED_SYSTEM_CHECKS = [
    "security.W005",  # whether subdomains speak https is the operator's to know
    "security.W021",  # so is joining the browsers' preload list, which is hard to leave
]
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
# Whose X-Forwarded-For and X-Forwarded-Proto are believed: addresses, networks, or `unix` for a socket.
TRUSTED_PROXIES = environment.trusted_proxies(env.list("TRUSTED_PROXIES", default=[]))

# --- Applications ---

ROOT_URLCONF = "booking_site.urls"
WSGI_APPLICATION = "booking_site.wsgi.application"
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
                "bookings.views.context_processors.base_template",
            ],
        },
    },
]
CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "forms"  # ours, under templates/forms/
CRISPY_FAIL_SILENTLY = False

# --- Database ---

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
EMBEDDED_DATABASE = VAR_DIR / "db.sqlite3"
_database = environment.database(env.str("DATABASE_URL", default=f"sqlite:///{EMBEDDED_DATABASE}"))
DATABASES = {"default": _database}
# Loaded by ./run where nothing is there yet; DEMO=1 loads it into another database, DEMO=0 never.
DEMO = env.switch("DEMO", default=_database["NAME"] == str(EMBEDDED_DATABASE))
_database.setdefault("OPTIONS", {})
_database["CONN_MAX_AGE"] = None
_database["CONN_HEALTH_CHECKS"] = True
_database["DISABLE_SERVER_SIDE_CURSORS"] = True  # a pooler gives the next transaction another backend
if _database["ENGINE"] == "django.db.backends.sqlite3":
    # IMMEDIATE takes the write lock before reading, so no transaction finds out at its end that it must fail.
    # Commits stay synchronous (SQLite's default): an answered booking survives a power cut.
    _database["OPTIONS"] |= {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA journal_size_limit=67108864;",
    }
DB_POOL = env.number("DB_POOL", default=0)  # of each web process; see `booking_site.pooling`

REDIS_URL = environment.redis(env.str("REDIS_URL", default=""))
if REDIS_URL:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}

# --- Limits: the table of bookings.limits, each by the name that it has there ---

_limits = limits.from_environment(env.number)
vars().update(_limits)
# Networks whose holds and bookings are never capped, like that of the front desk.
UNCAPPED_NETWORKS = environment.networks("UNCAPPED_NETWORKS", env.list("UNCAPPED_NETWORKS", default=[]))

# --- Backups: on the embedded database the worker makes one every night, beside it until another place is set ---

_embedded = _database["NAME"] == str(EMBEDDED_DATABASE)
BACKUP_FOLDER = environment.folder(
    env.str("BACKUP_FOLDER", default=str(VAR_DIR / "backups") if _embedded else "")
)
BACKUP_KEEP = env.number("BACKUP_KEEP", default=7, least=1)
BACKUP_HOUR = env.number(  # of the day in UTC from which the night's backup is due
    "BACKUP_HOUR", default=3, most=environment.LAST_HOUR
)
BACKUP_KEY = env.str("BACKUP_KEY", default="")  # public: what is encrypted for it holds the secrets, too
BACKUP_KEY_FILE = env.str("BACKUP_KEY_FILE", default="")  # private: opens backups, for restore and drill
DRILL_WEEKLY = env.switch("DRILL_WEEKLY", default=False)

# --- For how long things are kept; 0: for ever (./run manage retention shows all rules) ---

_days, _months = limits.CENTURY.days, 12 * (limits.CENTURY // limits.YEAR)
_hours, _minutes = limits.CENTURY // timedelta(hours=1), limits.CENTURY // timedelta(minutes=1)
KEEP_HOLDS_DAYS = env.number("KEEP_HOLDS_DAYS", default=30, most=_days)
KEEP_SENT_DAYS = env.number("KEEP_SENT_DAYS", default=60, most=_days)
KEEP_FAILED_DAYS = env.number("KEEP_FAILED_DAYS", default=365, most=_days)
KEEP_CALLS_DAYS = env.number("KEEP_CALLS_DAYS", default=14, most=_days)
KEEP_LOGINS_DAYS = env.number("KEEP_LOGINS_DAYS", default=90, most=_days)
KEEP_PEOPLE_MONTHS = env.number("KEEP_PEOPLE_MONTHS", default=0, most=_months)

# --- Mail: EMAIL_URL like smtp+tls://user:password@host:587; without it mails are files in var/mail ---

_email = mail.configuration(environment.email(env.str("EMAIL_URL", default=f"filemail://{VAR_DIR / 'mail'}")))
MAIL_IS_SET_UP = mail.leaves_the_machine(_email)
MAIL_HOST = str(_email.get("EMAIL_HOST") or "")
MAIL_FOLDER = _email.get("EMAIL_FILE_PATH", "")  # where mails become files; empty where they do not
if django.VERSION >= (6, 1):
    MAILERS = {"default": mail.as_mailer(_email)}
else:
    vars().update(_email)
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("DEFAULT_FROM_EMAIL", default=f"booking@{_site.hostname}")
DKIM_SELECTORS = env.list("DKIM_SELECTORS", default=[])  # whose keys `doctor --mail` looks for
DNS_SERVER = environment.dns_server(env.str("DNS_SERVER", default=""))

# A provider's webhooks, or a mail server that hands what comes back to ./run manage bounce.
ANYMAIL = environment.anymail(env.str("ANYMAIL", default=""))
BOUNCES_ARE_READ = bool(ANYMAIL) or env.switch("BOUNCES_ARE_READ", default=False)

# --- Staff login ---

LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
AXES_CLIENT_IP_CALLABLE = "bookings.client_address.login_address"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = _limits["LOGIN_FAILURES"]
AXES_COOLOFF_TIME = timedelta(minutes=_limits["LOGIN_LOCK_MINUTES"])
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ACCESS_FAILURE_LOG = False
AXES_VERBOSE = False  # its log lines name people
AXES_ENABLE_ADMIN = False  # who was locked out is let in again by ./run manage axes_reset

# --- Language and time ---

LANGUAGE_CODE = "en"
# American English has no words of its own, but 12 hours and weeks from Sunday (see booking_site/formats).
LANGUAGES = [
    ("en", _("English")),
    ("en-us", _("English (US, 2:30 PM)")),
    ("de", _("German")),
    ("ar", _("Arabic")),
]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "booking_site.formats"
USE_I18N = USE_TZ = True
TIME_ZONE = "UTC"

# --- Files ---

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "media/"
MEDIA_ROOT = VAR_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# The API refuses what is too large in its own words, before Django does.
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * max(_limits["FORM_KILOBYTES"], 2 * _limits["BODY_KILOBYTES"])
DATA_UPLOAD_MAX_NUMBER_FIELDS = _limits["FORM_FIELDS"]
DATA_UPLOAD_MAX_NUMBER_FILES = _limits["FORM_FILES"]
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# --- Taking back a cancellation ---

UNDO_MINUTES = env.number(  # how long a customer's cancellation can be taken back
    "UNDO_MINUTES", default=15, most=_minutes
)
UNDO_MAIL_DELAY_MINUTES = env.number(  # how long its mails wait for that
    "UNDO_MAIL_DELAY_MINUTES", default=2, most=_minutes
)

# --- Webhooks: private networks that may be called all the same, like 10.0.0.0/8; none by default ---

WEBHOOK_PRIVATE_NETWORKS = environment.networks(
    "WEBHOOK_PRIVATE_NETWORKS", env.list("WEBHOOK_PRIVATE_NETWORKS", default=[])
)

WEBHOOK_PAUSE_HOURS = env.number(  # after which a dead one is paused; 0: never
    "WEBHOOK_PAUSE_HOURS", default=72, most=_hours
)

# --- Text messages: one HTTP call to any gateway, see docs/messages.md; without SMS_URL none are sent ---

SMS_GATEWAY = text_gateway.gateway(
    env.str("SMS_URL", default=""),
    env.str("SMS_HEADERS", default=""),
    env.str("SMS_BODY", default=""),
    env.str("SMS_EXPECTED", default=""),
)
SMS_PRIVATE_NETWORKS = environment.networks(
    "SMS_PRIVATE_NETWORKS", env.list("SMS_PRIVATE_NETWORKS", default=[])
)
SMS_QUIET_HOURS = text_gateway.quiet_hours(
    env.str("SMS_QUIET_HOURS", default="21-8")
)  # reminders come before

# --- Connected calendars ---

CALENDAR_SYNC_MINUTES = env.number(  # how often one is read
    "CALENDAR_SYNC_MINUTES", default=5, least=1, most=_minutes
)
CALENDAR_STALE_HOURS = env.number(  # not read for so long, and staff are told
    "CALENDAR_STALE_HOURS", default=6, least=1, most=_hours
)
CALENDAR_PRIVATE_NETWORKS = environment.networks(  # like a Nextcloud in the house; none by default
    "CALENDAR_PRIVATE_NETWORKS", env.list("CALENDAR_PRIVATE_NETWORKS", default=[])
)

# --- Calendars at Google and Microsoft 365: the operator's registration with each, and where each is reached ---

GOOGLE_CLIENT_ID = env.str("GOOGLE_CLIENT_ID", default="")
GOOGLE_CLIENT_SECRET = env.str("GOOGLE_CLIENT_SECRET", default="")
MICROSOFT_CLIENT_ID = env.str("MICROSOFT_CLIENT_ID", default="")
MICROSOFT_CLIENT_SECRET = env.str("MICROSOFT_CLIENT_SECRET", default="")
MICROSOFT_TENANT = env.str("MICROSOFT_TENANT", default="common")
JITSI_URL = environment.meeting_address(env.str("JITSI_URL", default=""))  # video meetings; none by default
GOOGLE_CALENDAR_URL = environment.base_address(
    "GOOGLE_CALENDAR_URL", env.str("GOOGLE_CALENDAR_URL", default="https://www.googleapis.com/calendar/v3")
)
GOOGLE_OAUTH_URL = environment.base_address(
    "GOOGLE_OAUTH_URL", env.str("GOOGLE_OAUTH_URL", default="https://oauth2.googleapis.com")
)
MICROSOFT_GRAPH_URL = environment.base_address(
    "MICROSOFT_GRAPH_URL", env.str("MICROSOFT_GRAPH_URL", default="https://graph.microsoft.com/v1.0")
)
MICROSOFT_LOGIN_URL = environment.base_address(
    "MICROSOFT_LOGIN_URL", env.str("MICROSOFT_LOGIN_URL", default="https://login.microsoftonline.com")
)

# --- Content security policy: only ourselves, nothing inline ---

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'self'"],
    },
}

# --- Logs: one JSON object a line on standard error ---

LOG_LEVEL = environment.log_level(env.str("LOG_LEVEL", default="INFO"))
# A line for each request, json or logfmt; empty: none. It tells who asked only with ACCESS_LOG_ADDRESS=1.
ACCESS_LOG = environment.access_log_spelling(env.str("ACCESS_LOG", default=""))
ACCESS_LOG_ADDRESS = env.switch("ACCESS_LOG_ADDRESS", default=False)
LOGGING = logs.configuration(LOG_LEVEL, ACCESS_LOG)

# --- Metrics: /metrics, for whoever brings the token or comes from one of the networks; with neither there is none ---

METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
METRICS_NETWORKS = environment.networks("METRICS_NETWORKS", env.list("METRICS_NETWORKS", default=[]))
if METRICS_TOKEN or METRICS_NETWORKS:
    metrics_folder.use(Path(env.str("METRICS_DIR", default=str(VAR_DIR / "metrics"))))
