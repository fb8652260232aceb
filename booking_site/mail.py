"""One reading of EMAIL_URL for both spellings of Django's mail settings: EMAIL_* and, from 6.1, MAILERS."""

from pathlib import Path
from typing import Any

_NOT_SENDING = {"console", "dummy", "filebased", "locmem"}
_OPTION_NAMES = {
    "EMAIL_FILE_PATH": "file_path",
    "EMAIL_HOST": "host",
    "EMAIL_PORT": "port",
    "EMAIL_HOST_USER": "username",
    "EMAIL_HOST_PASSWORD": "password",
    "EMAIL_USE_TLS": "use_tls",
    "EMAIL_USE_SSL": "use_ssl",
    "EMAIL_TIMEOUT": "timeout",
}
# For each answer but the last; that one, and a whole mail, have deadlines of their own.
_SMTP_TIMEOUT_SECONDS = 10


def configuration(parsed: dict[str, Any]) -> dict[str, Any]:
    """Return the EMAIL_* settings that django-environ `parsed`, only those that the backend takes."""
    settings = {name: value for name, value in parsed.items() if name == "EMAIL_BACKEND" or value is not None}
    settings["EMAIL_BACKEND"] = parsed["EMAIL_BACKEND"]
    if _kind(settings) == "smtp":
        settings["EMAIL_TIMEOUT"] = _SMTP_TIMEOUT_SECONDS
        settings.pop("EMAIL_FILE_PATH", None)
        return settings
    if _kind(settings) == "filebased":
        # django-environ takes the first slash for the end of an empty host, so the folder came out relative.
        folder = Path("/") / settings["EMAIL_FILE_PATH"]
        return {"EMAIL_BACKEND": settings["EMAIL_BACKEND"], "EMAIL_FILE_PATH": str(folder)}
    return {"EMAIL_BACKEND": settings["EMAIL_BACKEND"]}


def as_mailer(settings: dict[str, Any]) -> dict[str, Any]:
    """Return the EMAIL_* `settings` as an entry of MAILERS."""
    options = {_OPTION_NAMES[name]: value for name, value in settings.items() if name in _OPTION_NAMES}
    return {"BACKEND": settings["EMAIL_BACKEND"], "OPTIONS": options}


def leaves_the_machine(settings: dict[str, Any]) -> bool:
    """Tell whether a mail sent with these EMAIL_* `settings` can reach anybody."""
    return _kind(settings) not in _NOT_SENDING


def _kind(settings: dict[str, Any]) -> str:
    return str(settings["EMAIL_BACKEND"]).split(".")[-2]
