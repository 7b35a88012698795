"""Settings of the project, all in one file.

Every value that differs between machines comes from the environment (see .env.example).
The same code runs on a laptop and in production: without DATABASE_URL and REDIS_URL it keeps everything in `var/` and
needs no server; with them it uses PostgreSQL and Redis. DEMO=1 is the one-command start, DEBUG=1 a developer's; where
neither is set, convenience never wins over safety (`PRODUCTION`).
"""

import os
from pathlib import Path
from urllib.parse import urlsplit

from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.management.utils import get_random_secret_key

from riskmgmt.environment import LEVELS, Environment, refuse

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment()
# pytest announces itself, also to the commands that a test starts; nobody has to remember a switch.
TESTING = "PYTEST_VERSION" in os.environ
if not TESTING:
    # A test must never reach the database that this file may name.
    env.read_env(BASE_DIR / ".env")

DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("DEMO", default=False)
# A trial from the very beginning: one administrator and files to import, instead of the demo campus.
DEMO_EMPTY = env.bool("DEMO_EMPTY", default=False)
# A rehearsal of the coming campaign, on a database of its own (riskmgmt/rehearsal.py). Its clock can be moved as a demo's.
REHEARSAL = env.bool("REHEARSAL", default=False)
PRODUCTION = not (DEBUG or DEMO or TESTING)

# Everything the running site writes: database, queue, mails, uploads, the demo's secret.
VAR = env.folder("RISKMGMT_VAR", default=BASE_DIR / "var" / ("test" if TESTING else ""))
NODE_MODULES = BASE_DIR / "node_modules"


def secret_key():
    """Return SECRET_KEY, which must be set in production.

    Elsewhere make one and keep it, so that a restart does not sign everybody out.
    """
    if key := env("SECRET_KEY", default=""):
        return key
    if PRODUCTION:
        refuse(
            "SECRET_KEY", "请写入一个 50 位以上的随机串，没有它生产环境不能启动；只想试用请运行 ./run，或设 DEMO=1。"
        )
    kept = VAR / "secret-key"
    try:
        with open(os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(get_random_secret_key())
    except FileExistsError:
        pass
    return kept.read_text()


SECRET_KEY = secret_key()
# With the first the names of objectors are encrypted, with the others they are only read (registers/sealed.py).
SEAL_KEYS = env.seal_keys("SEAL_KEYS")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[] if PRODUCTION else ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# Links in mails and on printed papers start here.
SITE_URL = env("SITE_URL", default="http://127.0.0.1:8000").rstrip("/")
# Shown where no campaign names the institution yet.
INSTITUTION_NAME = env("INSTITUTION_NAME", default="")
# How many proxies of our own stand in front; only that many entries of X-Forwarded-For are believed.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)

INSTALLED_APPS = [
    "riskmgmt",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "tree_queries",
    "axes",
    "csp",
    "registers",
    "workflows",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "registers.views.incoming.IncomingMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "registers.views.busy.BusyMiddleware",
    "registers.views.resend.SignInMiddleware",
    "registers.accounts.PasswordFirst",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "registers.actors.ActorMiddleware",
    "registers.views.errors.RefusalMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "riskmgmt.urls"
WSGI_APPLICATION = "riskmgmt.wsgi.application"
CSRF_FAILURE_VIEW = "registers.views.resend.csrf_failure"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

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
                "workflows.views.navigation.context",
            ],
            "builtins": ["registers.templatetags.bricks"],
        },
    },
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = env.time_zone("TIME_ZONE", default="Asia/Shanghai")
USE_I18N = True
USE_TZ = True

# --- Database -------------------------------------------------------------------------------------

DATABASES = {"default": env.database("DATABASE_URL", default=f"sqlite:///{VAR / 'db.sqlite3'}")}
database = DATABASES["default"]
if database["ENGINE"].endswith("sqlite3"):
    database["OPTIONS"] = {
        # A transaction that first reads and then writes would otherwise fail at once, without waiting for the lock.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        # Readers go on while the worker writes.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON",
    }
    # A file, not memory: threads and the live server then have connections of their own, as they have in service.
    # The number keeps two test runs in one tree apart.
    database["TEST"] = {"NAME": str(VAR / f"test-{os.getpid()}.sqlite3")}
else:
    database["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
    database["CONN_HEALTH_CHECKS"] = True
    database["OPTIONS"] = {
        # Nothing may hold up a deadline day: not a slow query, not a lock, not a forgotten transaction.
        "options": env(
            "DATABASE_OPTIONS",
            default="-c statement_timeout=60s -c lock_timeout=15s -c idle_in_transaction_session_timeout=120s",
        ),
        **database.get("OPTIONS", {}),
    }
# PostgreSQL keeps plans of statements with a connection. Not so where a pool gives another connection to each transaction.
KEEPS_PLANS = env.bool("DATABASE_KEEPS_PLANS", default=True)

# Who waits before a page is told sooner that it is no use, with his form kept (registers/views/busy.py). Added to the above.
WEB_DATABASE_OPTIONS = env("WEB_DATABASE_OPTIONS", default="-c statement_timeout=30s -c lock_timeout=8s")

# --- Cache, queue, periodic work ------------------------------------------------------------------

REDIS_URL = env.redis("REDIS_URL")
if REDIS_URL:
    # Number 1: emptying the cache empties the whole numbered database, and the queue lives in the one of REDIS_URL.
    CACHE_LOCATION = env.redis("CACHE_URL", default=urlsplit(REDIS_URL)._replace(path="/1").geturl())
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": CACHE_LOCATION}}
    CELERY_BROKER_URL = REDIS_URL
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        # Longer than the longest task, see CELERY_TASK_TIME_LIMIT; the same on every worker. Files may take longer (registers.tasks).
        "visibility_timeout": 300,
        # With the defaults the work of a killed worker comes back only after an hour.
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        # A request must not hang on a dead broker: the row is written, the sweep picks it up.
        "socket_connect_timeout": 3,
    }
else:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "django_cache"}}
    # The host only keeps kombu from warning that there is none.
    CELERY_BROKER_URL = "filesystem://localhost"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(VAR / "queue" / "messages"),
        "data_folder_out": str(VAR / "queue" / "messages"),
        "control_folder": str(VAR / "queue" / "control"),
        "polling_interval": 0.3,
    }
    for folder in ("messages", "control"):
        (VAR / "queue" / folder).mkdir(parents=True, exist_ok=True)

CELERY_TIMEZONE = TIME_ZONE
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
# A task is finished when it has returned, not when it was fetched; a worker that dies gives it back.
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_TASK_TIME_LIMIT = 270
CELERY_WORKER_MAX_TASKS_PER_CHILD = 200
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 10
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Half a minute apart and without end: after a hundred attempts a worker would give up for good.
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
# Waking a worker is worth one more attempt and no waiting: what the doorbell misses, the sweep finds.
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0.1, "interval_max": 0.2}

# After the machine's clock was set back, Celery's own scheduler would wait until it has caught up with itself.
CELERY_BEAT_SCHEDULER = "riskmgmt.beat:Scheduler"
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR / "beat-schedule")
# Every entry expires before the next of its kind, so a stopped worker finds one waiting and not a thousand.
CELERY_BEAT_SCHEDULE = {
    # Every minute: do what became due and what a lost message left undone.
    "sweep": {"task": "workflows.sweep", "schedule": 60, "options": {"expires": 55}},
    # At five past every hour: the first time after REMINDER_HOUR on a working day reminds, the others find it done.
    # A demo's clock jumps, and whoever moved it looks at once.
    "remind": {
        "task": "workflows.remind",
        "schedule": 60 if DEMO else crontab(minute=5),
        "options": {"expires": 55 if DEMO else 3000},
    },
    # Every half minute: leave a sign of life that went through the queue, as all other work does.
    "heartbeat": {"task": "riskmgmt.heartbeat", "schedule": 30, "options": {"expires": 25}},
}

# No reminder is written before this hour of the day, so that a digest lies in the inbox when people come to work.
REMINDER_HOUR = env.hour("REMINDER_HOUR", default=8)
# Group robots are called at these hosts and nowhere else (an address that a user types must not lead into the network).
ROBOT_HOSTS = env.list("ROBOT_HOSTS", default=["qyapi.weixin.qq.com", "oapi.dingtalk.com"])

# --- People and sessions --------------------------------------------------------------------------

AUTH_USER_MODEL = "registers.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "registers.sessions.People"]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "desk"
LOGOUT_REDIRECT_URL = "login"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
if TESTING:
    # A strong hash costs a tenth of a second, and the suite makes thousands of people.
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *PASSWORD_HASHERS]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("number", "name", "sort_key", "email")},
    },
    {"NAME": "registers.passwords.NotOneself"},
    {"NAME": "registers.passwords.LongEnough", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
SLIP_DAYS = env.int("SLIP_DAYS", default=14, least=1)  # for how long a one-time password lets somebody in
# Counted per person and network: a stranger elsewhere locks nobody out, and a campus behind one address is not one man.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
# Under this name the login form hands it over; taking the model's own, axes would see nobody and lock everybody.
AXES_USERNAME_FORM_FIELD = "username"
AXES_FAILURE_LIMIT = env.int("LOGIN_FAILURE_LIMIT", default=5, least=1)
AXES_COOLOFF_TIME = 0.25  # hours
AXES_COOLOFF_MESSAGE = "密码错误次数过多，请 15 分钟后再试；忘记密码请联系本单位联络员或系统管理员。"
AXES_LOCKOUT_TEMPLATE = "429.html"
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

SESSION_ENGINE = "registers.sessions"
SESSION_COOKIE_AGE = env.int("SESSION_HOURS", default=8, least=1) * 3600
SESSION_COOKIE_SAMESITE = "Lax"
# Saving at every request writes the cookie into responses that something may cache (CVE-2026-35192).
SESSION_SAVE_EVERY_REQUEST = False

# --- Security of pages and cookies -----------------------------------------------------------------------

SECURE_SSL = env.bool("SECURE_SSL", default=PRODUCTION)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = SECURE_SSL
if SECURE_SSL:
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_NAME = "__Host-csrftoken"
    SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31_536_000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("SECURE_HSTS_INCLUDE_SUBDOMAINS", default=True)
    if TRUSTED_PROXIES:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
if REHEARSAL:
    # It may stand beside the site on the same host; a browser keeps cookies by host and not by port.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "rehearsal-session", "rehearsal-csrf"
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
# Preloading binds the whole domain, which belongs to the university and not to this site.
SILENCED_SYSTEM_CHECKS = ["security.W021"]
# Not "no-referrer": browsers then send "Origin: null" with every form, and the CSRF check refuses it.
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    },
}

# A summary sheet of 500 rows is one form; Django's own limits would lose it.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
# Ten files of 10 MB and the form around them; above 2.5 MB a file waits on the disk. nginx must let as much through.
FORM_FILES_MAX_SIZE = 110 * 1024 * 1024
FORM_FILES_MOST = 100  # more are passed over and named; the rest of the form is kept (riskmgmt.uploads)
DATA_UPLOAD_MAX_NUMBER_FILES = 5000
FILE_UPLOAD_HANDLERS = [
    "riskmgmt.uploads.Quota",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# --- Files ----------------------------------------------------------------------------------------

STATIC_URL = "static/"
# Elsewhere the finders serve; files once collected would only be stale copies.
STATIC_ROOT = Path(env("STATIC_ROOT", default=str(BASE_DIR / "staticfiles"))) if PRODUCTION else None
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "riskmgmt.vendor.VendorFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
# Collecting and compressing is the slowest step of a start; only production has the time for it, once.
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_AUTOREFRESH = DEBUG
MEDIA_ROOT = Path(env("MEDIA_ROOT", default=str(VAR / "media")))
# Licensed faces of official documents (仿宋、楷体、小标宋) that the operator may add; empty uses the system's fonts.
FONT_DIR = env("FONT_DIR", default="")
# Web server and worker get ready to print when they start (registers/papers/pages.py): a second then, not at the first paper.
# Tests start dozens of them, and a developer's server starts anew with every change.
WARM_PAPERS = env.bool("WARM_PAPERS", default=not (TESTING or DEBUG))

# Where the files are that workers have written, and the days for which who asked for one can fetch it.
EXPORT_ROOT = VAR / "exports"
EXPORT_KEEP_DAYS = env.int("EXPORT_KEEP_DAYS", default=7, least=1)
# How long an import is kept: a file that was uploaded and that nobody accepts (registers.imports.uploads.forget).
IMPORT_KEEP_DAYS = EXPORT_KEEP_DAYS

# What takes so many seconds to find is kept for a while, and the page says of which moment it is (registers.kept).
KEEP_FROM_SECONDS = 0.05

# --- Mail and logs --------------------------------------------------------------------------------

globals().update(env.mail("EMAIL_URL", default=f"filemail:///{VAR / 'mail'}"))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env("DEFAULT_FROM_EMAIL", default="riskmgmt@localhost")
EMAIL_TIMEOUT = 10

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {"()": "riskmgmt.logs.PlainFormatter"},
        "json": {"()": "riskmgmt.logs.JsonFormatter"},
    },
    "handlers": {
        "stdout": {
            "class": "logging.StreamHandler",
            "stream": "ext://sys.stdout",
            "formatter": env.one_of("LOG_FORMAT", ("json", "plain"), default="json" if PRODUCTION else "plain"),
        },
    },
    "root": {
        "handlers": ["stdout"],
        "level": env.one_of("LOG_LEVEL", LEVELS, default="INFO" if PRODUCTION else "WARNING"),
    },
    # Django's own handlers would print a second time, and mail tracebacks that hold what users typed.
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        "django.server": {"handlers": [], "propagate": True},
    },
}
