"""The site's settings under test: a database of its own, nothing from the operator's `.env`.

TEST_DATABASE_URL picks the database; without it the tests run on SQLite in a file, since SQLite in memory
ignores the busy timeout. A run has a folder of its own, so that two may go on at once.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

if "BOOKING_TEST_DIR" not in os.environ:
    os.environ["BOOKING_TEST_DIR"] = tempfile.mkdtemp(prefix="booking-tests-")
    atexit.register(shutil.rmtree, os.environ["BOOKING_TEST_DIR"], ignore_errors=True)
_dir = Path(os.environ["BOOKING_TEST_DIR"])

for _name in (
    "ACCESS_LOG",
    "DB_POOL",
    "DEBUG",
    "EMAIL_URL",
    "METRICS_NETWORKS",
    "METRICS_TOKEN",
    "REDIS_URL",
    "SECRET_KEY_FALLBACKS",
    "TEST_MODE",
    "TRUSTED_PROXIES",
):
    os.environ.pop(_name, None)
os.environ |= {
    "ENV_FILE": os.devnull,
    "SECRET_KEY": "only-for-tests-" + "0123456789abcdef" * 4,
    "SITE_URL": "http://testserver",
    "DATABASE_URL": os.environ.get("TEST_DATABASE_URL") or f"sqlite:///{_dir / 'never-opened.sqlite3'}",
    "LOG_LEVEL": "WARNING",
}

from booking_site.settings import *  # noqa: E402, F403
from booking_site.settings import DATABASES, STORAGES  # noqa: E402

if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["TEST"] = {"NAME": str(_dir / "test.sqlite3")}
MEDIA_ROOT = _dir / "media"
STATIC_ROOT = _dir / "static"
STATIC_ROOT.mkdir(exist_ok=True)
# The manifest needs collectstatic, and argon2 takes 100 ms by intent.
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
REQUESTS_A_MINUTE_PER_KEY = REQUESTS_A_MINUTE_PER_ADDRESS = 10**6  # tests of limits set their own
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
