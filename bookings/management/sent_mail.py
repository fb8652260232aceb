"""One mail sent to try the server, and what the server answers to each step."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from email.utils import parseaddr
from typing import Any

import django
from django.conf import settings
from django.core import mail as django_mail
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.validators import validate_email

from bookings.effects.mail import said
from bookings.management.surroundings import Finding


def sent_mail(address: str) -> Iterator[Finding]:
    """Send one mail and repeat what the server answered to each step."""
    try:
        validate_email(address)
    except ValidationError:
        yield False, "This is no e-mail address"
        return
    mail = EmailMessage(
        subject=f"A mail from {settings.SITE_URL}",
        body=f"Mail from {settings.SITE_URL} arrives.\n",
        to=[address],
    )
    try:
        yield from _talk(mail, address)
    except smtplib.SMTPResponseException as error:
        yield False, f"The server refused: {said(error.smtp_code, error.smtp_error)}"
    except OSError as error:
        yield False, f"The server cannot be used: {error}"


def _talk(mail: EmailMessage, address: str) -> Iterator[Finding]:
    backend = _backend()
    backend.open()
    server = getattr(backend, "connection", None)
    if not isinstance(server, smtplib.SMTP):
        mail.send()
        yield (
            settings.MAIL_IS_SET_UP,
            f"Handed to {type(backend).__module__}, which is no mail server of yours",
        )
        return
    try:
        _name, sender = parseaddr(settings.DEFAULT_FROM_EMAIL)
        server.ehlo_or_helo_if_needed()
        yield _step("sender", *server.mail(sender))
        code, words = server.rcpt(address)
        yield _step("recipient", code, words)
        if code < 400:
            whole = b"\r\n".join(mail.message().as_bytes().splitlines())
            yield _step("mail", *server.data(whole))
    finally:
        backend.close()


def _backend() -> Any:
    if django.VERSION >= (6, 1):
        return getattr(django_mail, "mailers")["default"]  # noqa: B009  # Django 5.2 has none
    return django_mail.get_connection()


def _step(name: str, code: int, words: bytes) -> Finding:
    return code < 400, f"The server says to the {name}: {said(code, words)}"
