"""Mails to managers about the site itself: each once, to everybody who may set it up and has an address."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Q
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from bookings.effects.mail import compose, send
from bookings.effects.outbox import Unreachable, enqueue
from bookings.effects.recipients import OWNER, Recipient, language_of, sendable
from bookings.effects.wording import Wording
from bookings.mailing import Mailing, mailing
from bookings.models import OutboxMessage, Site

KIND = "staff_notice"


def tell(what: str, *, key: str, about: str = "") -> None:
    """Write the mails of one event, known by ``key``: told again it is no second mail.

    ``what`` names the words below, into which ``about`` goes.
    """
    for address in sorted(_addresses()):
        payload = {"to": address, "what": what, "about": about}
        enqueue(KIND, dedupe_key=f"{KIND}:{key}:{address}"[:160], payload=payload)


def _addresses() -> set[str]:
    """The site's own, and those of managers who are not limited to some resources."""
    managers = User.objects.with_perm("bookings.change_site", backend="bookings.staff_limits.StaffBackend")
    managers = managers.filter(Q(staff_limit=None) | Q(is_superuser=True))
    typed = {*managers.exclude(email="").values_list("email", flat=True), Site.current().email}
    return {address.lower() for address in map(sendable, typed) if address}


def deliver(message: OutboxMessage) -> None:
    """Send one of them."""
    if mailing() is Mailing.OFF:
        raise Unreachable(gettext_noop("Mail is not set up: EMAIL_URL names no server."))
    site = Site.current()
    reader = Recipient(
        who=OWNER,
        address=message.payload["to"],
        language=language_of(site.language),
        zone=site.timezone,
        reply_to="",
    )
    with translation.override(reader.language):
        words = _WORDS[message.payload["what"]](message.payload["about"])
        send(compose(reader, site, words, {"rows": []}, message.dedupe_key, template="links"))


def _webhook_paused(host: str) -> Wording:
    return Wording(
        subject=_("A webhook is paused: %(host)s") % {"host": host},
        heading=_("A webhook is paused"),
        sentences=(
            _("%(host)s did not take what it was sent, so it is not called any more.") % {"host": host},
            _("What it would have been told is kept. See the answers, and resume it, here: %(link)s")
            % {"link": settings.SITE_URL + reverse("admin:bookings_webhook_changelist")},
        ),
    )


def _texts_used_up(count: str) -> Wording:
    return Wording(
        subject=_("The day’s text messages are used up"),
        heading=_("The day’s text messages are used up"),
        sentences=(
            _("%(count)s were sent today, which is the most (TEXTS_A_DAY).") % {"count": count},
            _("Who has an e-mail address gets mail instead. Whom nobody can tell stands here: %(link)s")
            % {"link": settings.SITE_URL + reverse("admin:bookings_outboxmessage_untold")},
        ),
    )


def _calendar_stale(calendar: str) -> Wording:
    return Wording(
        subject=_("A calendar is not read any more: %(calendar)s") % {"calendar": calendar},
        heading=_("A calendar is not read any more"),
        sentences=(
            _("%(calendar)s was not read for %(hours)s hours, so what is new over there is not known here.")
            % {"calendar": calendar, "hours": format(settings.CALENDAR_STALE_HOURS, "g")},
            _("What was known stays busy. Projects that want it so offer nothing until it is read again."),
            _("Why, and what to do, stands here: %(link)s")
            % {"link": settings.SITE_URL + reverse("admin:index")},
        ),
    )


_WORDS: dict[str, Callable[[str], Wording]] = {
    "webhook_paused": _webhook_paused,
    "texts_used_up": _texts_used_up,
    "calendar_stale": _calendar_stale,
}
