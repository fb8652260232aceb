"""Ending at the provider what an account's owner allowed, where that is possible, and saying so where it is not."""

from __future__ import annotations

import structlog
from django.utils.translation import gettext as _

from bookings.calendars import oauth
from bookings.calendars.errors import CalendarError
from bookings.calendars.oauth import Grant
from bookings.calendars.secrets import unseal
from bookings.models import Connection

BY_CONSENT = frozenset({Connection.Kind.GOOGLE, Connection.Kind.MICROSOFT})

log = structlog.get_logger(__name__)


def end_access(connection: Connection) -> str:
    """End the consent over there; answers in words what is left to do, or nothing.

    A provider that fails hinders nobody.  One consent stands for the whole account, so that it stays while another
    resource is connected with the same one.
    """
    if connection.kind not in BY_CONSENT:
        return ""
    if _is_shared(connection):
        return _("The access to the account stays, since another connection uses it.")
    try:
        if oauth.revoke(connection.kind, Grant.from_secret(unseal(connection.secret))):
            return ""
    except CalendarError as error:
        log.warning("calendar_access_stays", connection=str(connection.pk), why=error.text)
        return _("The access could not be ended there. The account’s owner ends it at %(page)s.") % _page(
            connection
        )
    return _by_hand(connection)


def when_done(connection: Connection) -> str:
    """What becomes of the access of one whose events are being removed, in words or nothing."""
    if connection.kind not in BY_CONSENT:
        return ""
    if connection.kind == Connection.Kind.MICROSOFT:
        return _by_hand(connection)
    return _(
        "The access is ended once the bookings are removed there. The account’s owner sees that at %(page)s."
    ) % _page(connection)


def _by_hand(connection: Connection) -> str:
    return _("No program can end the access at Microsoft. The account’s owner ends it at %(page)s.") % _page(
        connection
    )


def _page(connection: Connection) -> dict[str, str]:
    return {"page": oauth.leave_page(connection.kind)}


def _is_shared(connection: Connection) -> bool:
    others = Connection.objects.exclude(pk=connection.pk).filter(kind=connection.kind)
    return bool(connection.account) and others.filter(account=connection.account).exists()
