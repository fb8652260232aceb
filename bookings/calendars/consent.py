"""An account at Google or Microsoft let in by its owner, from the question to the connection.

The question is kept in the browser's session; its state is signed, names the resource and the way by which it was
asked, ends after fifteen minutes and is answered once.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils.translation import gettext_noop

from bookings.calendars import oauth
from bookings.calendars.connecting import NO_WISHES, Wishes, WrongChoice, connect_account
from bookings.calendars.errors import NotAllowed, SignedOut, Unavailable
from bookings.calendars.http import NOT_UNDERSTOOD
from bookings.calendars.kinds import provider_of
from bookings.calendars.oauth import NOT_BEGUN_HERE, Question
from bookings.calendars.provider import Listed
from bookings.calendars.secrets import seal
from bookings.models import Connection, Resource

KINDS = (Connection.Kind.GOOGLE, Connection.Kind.MICROSOFT)
DESK, LINK = "desk", "link"
"""The ways: by staff who are logged in, or by the link that was sent to the account's owner."""
QUESTION_SECONDS = 15 * 60
LINK_SECONDS = 7 * 24 * 3600
TOO_LATE = gettext_noop("That took longer than fifteen minutes. Press Connect again.")
USED = gettext_noop("This answer was used already, or is too old. Press Connect again.")
NOTHING_THERE = gettext_noop("The account has no calendar. Nothing is connected.")
_SESSION = "calendar_consent"
_STATE, _LINK = "bookings.calendars.consent", "bookings.calendars.link"


@dataclass(frozen=True)
class Asked:
    """What a state says: which kind of account was asked for, for which resource, by which way."""

    kind: str
    resource: UUID
    way: str


def back_address() -> str:
    """The one address to which Google and Microsoft send everybody back, to be registered there."""
    return f"{settings.SITE_URL}{reverse('pages:calendar_back')}"


def begin(
    session: MutableMapping[str, Any], resource: Resource, kind: str, way: str, wishes: Wishes = NO_WISHES
) -> str:
    """Where the browser is to go; raises ``NotAllowed`` where the operator has not registered the site there.

    ``wishes`` choose among the calendars that will be found.
    """
    told = [kind, str(resource.pk), way, secrets.token_urlsafe(16)]
    state = signing.dumps(told, salt=_STATE)
    question = oauth.ask(kind, back_address(), hint=resource.email, state=state)
    kept = {"state": question.state, "verifier": question.verifier, "wishes": _packed(wishes)}
    session[_SESSION] = kept
    return question.address


def asked_for(answer: str) -> Asked:
    """What the address ``answer`` that a browser came back with belongs to; raises ``NotAllowed``."""
    try:
        kind, resource, way, _drawn = signing.loads(_state_in(answer), salt=_STATE, max_age=QUESTION_SECONDS)
    except signing.SignatureExpired as error:
        raise NotAllowed(TOO_LATE) from error
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise NotAllowed(NOT_BEGUN_HERE) from error
    return Asked(kind, UUID(resource), way)


def finish(session: MutableMapping[str, Any], resource: Resource, answer: str, way: str) -> Connection:
    """Connect the resource with the account that ``answer`` opens; raises ``CalendarError``, and then nothing is kept.

    By the link, its main calendar is read and written; by the desk read, and staff choose what is written.
    """
    asked = asked_for(answer)
    if (asked.resource, asked.way) != (resource.pk, way):
        raise NotAllowed(NOT_BEGUN_HERE)
    question, wishes = _taken(session, answer)
    try:
        grant = oauth.answered(asked.kind, question, back_address(), answer)
    except SignedOut as error:  # it is the code that is worth nothing
        raise NotAllowed(USED) from error
    drafted = Connection(resource=resource, kind=asked.kind, secret=seal(grant.as_secret()))
    listed = _listed(drafted)
    try:
        return connect_account(drafted, listed, write=way == LINK, wishes=wishes)
    except WrongChoice as error:
        raise NotAllowed(str(error)) from error


def _state_in(answer: str) -> str:
    return parse_qs(urlsplit(answer).query).get("state", [""])[0]


def _taken(session: MutableMapping[str, Any], answer: str) -> tuple[Question, Wishes]:
    """The question of this browser and what was wished with it, both forgotten with the first answer."""
    kept = session.get(_SESSION) or {}
    if kept.get("state") != _state_in(answer):
        raise NotAllowed(NOT_BEGUN_HERE)
    del session[_SESSION]
    return Question("", kept["state"], kept["verifier"]), _unpacked(kept.get("wishes") or [[], [], ""])


def _listed(drafted: Connection) -> list[Listed]:
    with _understood():
        listed = list(provider_of(drafted).calendars())
    if not listed:
        raise NotAllowed(NOTHING_THERE)
    return listed


@contextmanager
def _understood() -> Iterator[None]:
    """In it, an answer of another form than was published becomes an error in our words."""
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise Unavailable(NOT_UNDERSTOOD) from error


def link_for(resource: Resource, wishes: Wishes = NO_WISHES) -> str:
    """The address that staff send to whose calendar it is; it opens for seven days, without a login.

    ``wishes`` travel in it, and choose among the calendars that will be found.
    """
    told = [str(resource.pk), *_packed(wishes)] if wishes else str(resource.pk)
    token = signing.dumps(told, salt=_LINK)
    return f"{settings.SITE_URL}{reverse('pages:calendar_connect', args=[token])}"


def of_link(token: str) -> tuple[Resource | None, Wishes]:
    """Whose calendar a link asks for, and what is wished.

    None where it has ended, was changed, or the resource is offered no more.
    """
    try:
        told = signing.loads(token, salt=_LINK, max_age=LINK_SECONDS)
    except signing.BadSignature:
        return None, NO_WISHES
    pk, *packed = told if isinstance(told, list) else [told, [], [], ""]
    return Resource.objects.active().filter(pk=pk).first(), _unpacked(packed)


def _packed(wishes: Wishes) -> list[Any]:
    return [list(wishes.read), list(wishes.write), wishes.primary]


def _unpacked(packed: list[Any]) -> Wishes:
    read, write, primary = packed
    return Wishes(read=tuple(read), write=tuple(write), primary=primary)
