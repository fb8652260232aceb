"""One-time links with which staff set a password of their own: to hand over, or by mail."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.db.models import Q
from django.urls import reverse
from django.utils import translation
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from bookings.effects.mail import Letter, compose, send
from bookings.effects.outbox import NoLongerTrue, Unreachable, enqueue
from bookings.effects.recipients import OWNER, Recipient, language_of, sendable
from bookings.effects.wording import Wording
from bookings.mailing import Mailing, mailing
from bookings.models import OutboxMessage, Site, StaffLimit
from bookings.models.keys import digest_of

KIND = "staff_link"
LONGEST_NAME = 254
WINDOW_SECONDS = 600


class StaffTokens(PasswordResetTokenGenerator):
    """Django's own, which end where somebody may more or less than when they were made, or is switched off and on.

    Else whoever made one for a member of the desk would hold that of the manager whom the member became.
    """

    key_salt = "bookings.staff_links"

    def _make_hash_value(self, user: Any, timestamp: int) -> str:
        groups = sorted(user.groups.values_list("pk", flat=True))
        own = sorted(user.user_permissions.values_list("pk", flat=True))
        limit = StaffLimit.objects.filter(user=user).values_list("resources", flat=True).first()
        rights = (user.is_active, user.is_staff, user.is_superuser, groups, own, limit)
        return f"{super()._make_hash_value(user, timestamp)}{rights}"


tokens = StaffTokens()


def password_link(user: User) -> str:
    """An address at which the user sets a password; spent by use, by another login, or after ``valid_for()``.

    It is stored nowhere.
    """
    user_id = urlsafe_base64_encode(force_bytes(user.pk))
    token = tokens.make_token(user)
    return f"{settings.SITE_URL}{reverse('set_password', args=[user_id, token])}"


def valid_for() -> timedelta:
    """How long such a link can be used."""
    return timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)


def is_unspent(user: User, token: str) -> bool:
    """Whether the token of a link still holds; within a transaction, so that of two at once one sets the password."""
    locked = User.objects.select_for_update().filter(pk=user.pk).first()
    return tokens.check_token(locked, token)


def ask_for_link(name: str, *, language: str, now: Any) -> None:
    """Have a link mailed to whoever has this login or e-mail address; nothing tells the asker whether there is anybody.

    Who asks twice within ten minutes gets one mail.
    """
    typed = name.strip().lower()[:LONGEST_NAME]
    window = int(now.timestamp()) // WINDOW_SECONDS
    key = digest_of(typed)[:32]
    payload = {"name": typed, "language": language}
    enqueue(KIND, dedupe_key=f"{KIND}:{key}:{window}", payload=payload, target=f"{KIND}:{key}")


def mail_link(user: User) -> bool:
    """Have a link mailed to a member: to whom the address belongs when it is sent.  False where there is none."""
    if not sendable(user.email):
        return False
    payload = {"user": user.pk, "invited": not user.has_usable_password()}
    enqueue(KIND, dedupe_key=f"{KIND}:{uuid4()}", payload=payload, target=f"{KIND}:{user.pk}")
    return True


def deliver(message: OutboxMessage) -> None:
    """Send the mail, or nothing where nobody is called so.  The name is forgotten either way."""
    if mailing() is Mailing.OFF:
        raise Unreachable(gettext_noop("Mail is not set up: EMAIL_URL names no server."))
    user = _meant(message)
    if user is None:
        _forget(message)
        raise NoLongerTrue(gettext_noop("No member of staff is called so."))
    send(_letter(message, user))
    _forget(message)


def _meant(message: OutboxMessage) -> User | None:
    """Who asked by a name, or whom a manager meant: an invitation that was used meanwhile is for nobody."""
    if "user" not in message.payload:
        return _called(message.payload.get("name", ""))
    user = User.objects.filter(is_staff=True, is_active=True, pk=message.payload["user"]).first()
    if user is None or not sendable(user.email):
        return None
    was_used = message.payload.get("invited") and user.has_usable_password()
    return None if was_used else user


def _called(name: str) -> User | None:
    """The one active member of staff of that login or address; None where several share it, or it cannot be mailed."""
    staff = User.objects.filter(is_staff=True, is_active=True).exclude(email="")
    found = list(staff.filter(Q(username__iexact=name) | Q(email__iexact=name))[:2])
    return found[0] if len(found) == 1 and sendable(found[0].email) else None


def _letter(message: OutboxMessage, user: User) -> Letter:
    site = Site.current()
    reader = Recipient(
        who=OWNER,
        address=sendable(user.email),
        language=language_of(message.payload.get("language", ""), site.language),
        zone=site.timezone,
        reply_to="",
    )
    with translation.override(reader.language):
        words = _invitation(user, site) if message.payload.get("invited") else _new_password(user, site)
        return compose(reader, site, words, {"rows": []}, message.dedupe_key, template="links")


def _invitation(user: User, site: Site) -> Wording:
    return Wording(
        subject=_("Your login at %s") % site.name,
        heading=_("Welcome to the staff's desk"),
        sentences=(
            _("You are invited to the staff's desk of %(site)s. Your login name is %(name)s.")
            % {"site": site.name, "name": user.username},
            _("Open this address and choose a password: %(link)s") % {"link": password_link(user)},
            _("It works once. If you expected no invitation, do nothing."),
        ),
    )


def _new_password(user: User, site: Site) -> Wording:
    return Wording(
        subject=_("A new password at %s") % site.name,
        heading=_("Set a new password"),
        sentences=(
            _("Open this address and choose a password: %(link)s") % {"link": password_link(user)},
            _("It works once. If you did not ask for it, do nothing: your password stays as it is."),
        ),
    )


def _forget(message: OutboxMessage) -> None:
    OutboxMessage.objects.filter(pk=message.pk).update(payload={})
