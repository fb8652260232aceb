"""Which client answers for which kind of connection; it is loaded where there is one, and its libraries with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.db import transaction

from bookings.calendars.oauth import Grant, Tokens
from bookings.calendars.provider import Provider
from bookings.calendars.secrets import seal, unseal
from bookings.models import Connection


def _caldav(connection: Connection) -> Provider:
    from bookings.calendars.caldav import CalDav  # noqa: PLC0415

    secret = unseal(connection.secret)
    return CalDav(
        connection.address,
        connection.account,
        secret["password"],
        zone=connection.resource.timezone,
        addresses=[connection.resource.email],
    )


def _ics(connection: Connection) -> Provider:
    from bookings.calendars.ics_address import IcsAddress  # noqa: PLC0415

    return IcsAddress(
        unseal(connection.secret)["url"],
        zone=connection.resource.timezone,
        addresses=[connection.resource.email],
    )


def _google(connection: Connection) -> Provider:
    from bookings.calendars.google import Google  # noqa: PLC0415

    return Google(_tokens(connection), zone=connection.resource.timezone)


def _microsoft(connection: Connection) -> Provider:
    from bookings.calendars.microsoft import Microsoft  # noqa: PLC0415

    own = [one for one in (connection.account, connection.resource.email) if one]
    return Microsoft(_tokens(connection), zone=connection.resource.timezone, addresses=own)


def _tokens(connection: Connection) -> Tokens:
    return Tokens(
        connection.kind,
        Grant.from_secret(unseal(connection.secret)),
        keep=lambda grant: _keep(connection, grant),
    )


def _keep(connection: Connection, grant: Grant) -> None:
    """Note a refreshed token, unless somebody has connected again meanwhile or another worker was faster."""
    sealed = seal(grant.as_secret())
    with transaction.atomic():
        Connection.objects.filter(pk=connection.pk, secret=connection.secret).update(secret=sealed)
    connection.secret = sealed


MAKERS: Mapping[str, Callable[[Connection], Provider]] = {
    Connection.Kind.CALDAV: _caldav,
    Connection.Kind.ICS: _ics,
    Connection.Kind.GOOGLE: _google,
    Connection.Kind.MICROSOFT: _microsoft,
}


def provider_of(connection: Connection) -> Provider:
    """The client of a connection; raises ``SignedOut`` where its secret cannot be read."""
    return MAKERS[connection.kind](connection)
