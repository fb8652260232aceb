"""What every page of the staff's desk says: is mail sent, is anything waiting, is it all a trial."""

import re
from collections.abc import Callable
from typing import Any, TypeVar

from django import template
from django.conf import settings
from django.forms import BoundField, CheckboxInput, Form
from django.urls import reverse
from django.utils.translation import gettext as _

from bookings import bites
from bookings.admin.bar import WAITING, WRONG, Bar, bar_of
from bookings.admin.fields.wall_clock import WallClockForm
from bookings.admin.setup import with_pages
from bookings.admin.today.numbers import Numbers, numbers_for
from bookings.admin.today.wrong import unreached
from bookings.mailing import Mailing, mailing
from bookings.models import Booking, CalendarEntry, Connection
from bookings.setup.missing import mail_in_words, missing_but_mail

register = template.Library()
CRUMB = re.compile(r"""\s*(?:&rsaquo;|<li>)\s*<a href="([^"]*)">[^<]*</a>(?:</li>)?(?=\s*(?:&rsaquo;|<li))""")
"""One that others follow, in the spelling of Django 5.2 or of 6.1."""
MOST_UNREACHED = 10
T = TypeVar("T")


@register.inclusion_tag("admin/notices.html", takes_context=True)
def staff_notices(context: dict[str, Any]) -> dict[str, Any]:
    """The notices, for those who are logged in; the numbers of what waits are read only then."""
    request = context.get("request")
    user = getattr(request, "user", None)
    if not (user and user.is_staff and user.is_active):
        return {"test_mode": settings.TEST_MODE}
    state = mailing(lambda: _numbers(context).books_demo)
    off = state is Mailing.OFF
    mails = _numbers(context).mails if off else None
    written = mail_in_words(state) if state is Mailing.WRITTEN else ""
    return {"test_mode": settings.TEST_MODE, "no_mail": off, "mails": mails, "written": written}


@register.inclusion_tag("admin/_bar.html", takes_context=True)
def desk_bar(context: dict[str, Any]) -> dict[str, Bar]:
    """The bar of every page, with how many bookings wait and how many things went wrong."""
    request = context["request"]
    numbers = _numbers(context)
    counts = {WAITING: numbers.waiting, WRONG: numbers.wrong}
    return {"bar": bar_of(request.user, request.path, counts)}


@register.simple_tag(takes_context=True)
def unreached_by_mail(context: dict[str, Any]) -> list[Booking]:
    """The next bookings to come whose customers' mails come back, for those who see bookings."""
    if not _numbers(context).kinds.get("unreached"):
        return []
    return list(unreached().select_related("customer").order_by("start")[:MOST_UNREACHED])


@register.simple_tag(takes_context=True)
def untold_customers(context: dict[str, Any]) -> int:
    """How many customers nothing could tell what happened to a booking to come, for those who may tick them off."""
    return _numbers(context).kinds.get("untold", 0)


@register.simple_tag(takes_context=True)
def went_wrong(context: dict[str, Any]) -> int:
    """How many things went wrong, as the page of that name lists them for its reader."""
    return _numbers(context).wrong


@register.filter(is_safe=True)
def without_the_app(crumbs: str) -> str:
    """The breadcrumbs without the link to the page of an app, which is called as its list of bookings is."""
    apps = {reverse("admin:app_list", args=[label]) for label in ("auth", "bookings")}
    return CRUMB.sub(lambda found: "" if found[1] in apps else found[0], crumbs)


def _numbers(context: dict[str, Any]) -> Numbers:
    return _once(context, "numbers", lambda: numbers_for(context["request"].user))


@register.simple_tag(takes_context=True)
def limits_that_bit(context: dict[str, Any]) -> list[dict[str, Any]]:
    """The limits that refused somebody within the last day, for those who set the site up."""
    if not _numbers(context).kinds.get("limits"):
        return []
    return [{"limit": limit, "count": count} for limit, count in bites.lately()]


@register.inclusion_tag("admin/_missing.html", takes_context=True)
def what_is_missing(context: dict[str, Any]) -> dict[str, Any]:
    """What is wrong about the set-up, for those who may change it."""
    may_mend = context["request"].user.has_perm("bookings.change_site")
    if not may_mend:
        return {"lacks": []}
    wrong = [one for one in missing_but_mail(_numbers(context).looked_over) if one.is_wrong]
    return {"lacks": with_pages(wrong)}


@register.simple_tag(takes_context=True)
def calendars_in_trouble(context: dict[str, Any]) -> list[Connection]:
    """The connected calendars that are not read as they should be, for those who may connect them."""
    if not _numbers(context).kinds.get("calendars"):
        return []
    return list(Connection.objects.troubled()[:10])


@register.simple_tag(takes_context=True)
def calendars_read_in_part(context: dict[str, Any]) -> list[Connection]:
    """The connected calendars of which something could not be read, for those who may connect them."""
    if not _numbers(context).kinds.get("unread"):
        return []
    return list(Connection.objects.read_in_part()[:10])


@register.simple_tag(takes_context=True)
def changed_in_calendars(context: dict[str, Any]) -> list[CalendarEntry]:
    """The bookings that somebody changed in a connected calendar, for those who decide about bookings."""
    if not _numbers(context).kinds.get("changed"):
        return []
    rows = CalendarEntry.objects.conflicting().select_related("booking", "calendar__resource")
    return list(rows.order_by("noticed_at")[:10])


@register.simple_tag
def calendar_conflict(booking: Booking) -> CalendarEntry | None:
    """What somebody changed of a booking in a connected calendar, and nobody has decided about."""
    return CalendarEntry.objects.conflicting().filter(uid=booking.uid).first()


@register.simple_tag
def in_words(stored: str) -> str:
    """A sentence that was stored as it stands in the code, in the reader's language."""
    return _(stored)


@register.simple_tag(takes_context=True)
def demo_to_remove(context: dict[str, Any]) -> bool:
    """Whether there is a demo that the reader may take away."""
    return _numbers(context).has_demo


def _once(context: dict[str, Any], name: str, read: Callable[[], T]) -> T:
    """What several parts of a page say, read once a page."""
    known = vars(context["request"]).setdefault("staff_page", {})
    if name not in known:
        known[name] = read()
    found: T = known[name]
    return found


@register.simple_tag
def asked_fields(form: Form) -> list[BoundField]:
    """The visible fields of a form that are asked at this point."""
    not_asked = form.not_asked if isinstance(form, WallClockForm) else set()
    return [field for field in form.visible_fields() if field.name not in not_asked]


@register.filter
def is_checkbox(field: BoundField) -> bool:
    """Whether a field is one box to tick."""
    return isinstance(field.field.widget, CheckboxInput)
