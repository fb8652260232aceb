"""The rows that a call names: projects open to assistants, what was chosen of them, holds, and bookings by link."""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.utils.translation import gettext as _

from bookings.agents.refusals import Refusal, invalid
from bookings.availability.offering import Catalogue, Offering
from bookings.effects.links import LinkInvalid, Purpose, manage_url, newest, read_token
from bookings.forms.resolve import as_uuid
from bookings.models import Booking, Project, Reservation, Site
from bookings.visitors.choice import offerings_of, with_one
from bookings.visitors.hold_tokens import held_by
from bookings.visitors.sessions import session_of

ANYONE = "*"


def project_named(slug: str) -> Project:
    """An open project by the name in its address; raises ``Refusal``."""
    rows = Project.objects.open_to_agents().select_related("location")
    found = rows.filter(slug=slug).first() if Site.current().agents_may_book else None
    if found is None:
        raise invalid({"project": [_("There is no such project here. Call list_projects.")]})
    return found


def chosen(project: Project, option: str = "", with_whom: str = "") -> Offering:
    """An option of the project (the first where none is named) with one who does it, or with anyone."""
    offerings, faults = offerings_of(Catalogue.of(project)), {}
    named = [one for one in offerings if one.option and one.option.pk == as_uuid(option)]
    if option and not named:
        faults["option"] = [_("There is no such option. Call list_projects.")]
    offering = with_one((named or offerings)[0], with_whom)
    slugs = {offer.resource.slug for offer in offering.offers}
    if with_whom not in {"", ANYONE} | slugs:
        faults["with"] = [_("Nobody of that name does this. Call list_projects.")]
    if faults:
        raise invalid(faults)
    if offering.lacks_payment:
        raise Refusal("not_payable", _("This cannot be booked online at the moment. Please phone us."))
    return offering


def session_named(offering: Offering, pk: str) -> Booking:
    session = session_of(offering, pk)
    if session is None:
        raise invalid({"session": [_("There is no such session. Call find_times.")]})
    return session


def hold_named(token: str) -> Reservation:
    """The hold of a token of this site, live or not; raises ``Refusal``."""
    held = held_by(token)
    if held is None or held.project is None:
        raise invalid({"hold": [_("This is no hold of this site. Call hold_time.")]})
    project_named(held.project.slug)
    return held


def booking_named(link: str) -> tuple[Booking, str]:
    """The booking that a customer's link (or its last part) names, as it stands now, and its project's page.

    Raises ``Refusal``; a link of another site, or for somebody else, is none.
    """
    try:
        found, purpose = read_token(_token_of(link))
        current = newest(found)
    except (LinkInvalid, ValueError):
        current, purpose = None, None
    if current is None or purpose is not Purpose.MANAGE:
        raise invalid({"link": [_("This is no link of a booking of this site, or it was replaced.")]})
    opened = Site.current().agents_may_book and current.project and current.project.is_open_to_agents
    if not (current.project and opened):
        said = _("Assistants may not change this booking. The person can, by the link.")
        raise Refusal("not_for_assistants", said, link=manage_url(current))
    return current, current.project.slug


def _token_of(link: str) -> str:
    if "/" not in link:
        return link
    site, given = urlsplit(settings.SITE_URL), urlsplit(link)
    parts = given.path.strip("/").split("/")
    foreign = (given.scheme or site.scheme, given.netloc or site.netloc) != (site.scheme, site.netloc)
    if foreign or "b" not in parts[:-1]:
        raise LinkInvalid
    return parts[parts.index("b") + 1]


def new_visitor() -> str:
    """A name for who holds, which nobody else can guess or make."""
    return _signer().sign(secrets.token_urlsafe(16))


def visitor_named(visitor: str) -> str:
    """The visitor of a call, a new one where none is named; raises ``Refusal`` for one that is not ours."""
    if not visitor:
        return new_visitor()
    try:
        _signer().unsign(visitor)
    except (BadSignature, ValueError):
        raise invalid(
            {"visitor": [_("This is no visitor of this site. Leave it out, or call find_times.")]}
        ) from None
    return visitor


def _signer() -> Signer:
    return Signer(salt="bookings.agents.visitor", sep=".")
