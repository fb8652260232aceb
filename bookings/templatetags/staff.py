"""What every page of the staff's desk says: is mail sent, is anything waiting, is it all a trial."""

from collections.abc import Callable
from typing import Any, TypeVar

from django import template
from django.conf import settings
from django.forms import BoundField, CheckboxInput, Form

from bookings import bites
from bookings.admin.booking.waiting import waiting
from bookings.admin.fields.wall_clock import WallClockForm
from bookings.admin.setup import with_pages
from bookings.mailing import Mailing, mailing
from bookings.models import Booking, DemoRow, OutboxMessage
from bookings.setup.missing import mail_in_words, missing_but_mail

register = template.Library()
T = TypeVar("T")


@register.inclusion_tag("admin/notices.html", takes_context=True)
def staff_notices(context: dict[str, Any]) -> dict[str, Any]:
    """The notices, for those who are logged in; the numbers of what waits are read only then."""
    request = context.get("request")
    user = getattr(request, "user", None)
    if not (user and user.is_staff and user.is_active):
        return {"test_mode": settings.TEST_MODE}
    state = mailing(lambda: DemoRow.Kind.RESOURCE in _demo_kinds(context))
    off = state is Mailing.OFF
    mails = OutboxMessage.objects.waiting().filter(kind="mail").count() if off else None
    written = mail_in_words(state) if state is Mailing.WRITTEN else ""
    return {"test_mode": settings.TEST_MODE, "no_mail": off, "mails": mails, "written": written}


@register.simple_tag(takes_context=True)
def waiting_for_you(context: dict[str, Any]) -> int:
    """How many bookings wait for an answer, for those who may give one."""
    if not context["request"].user.has_perm("bookings.decide_booking"):
        return 0
    return _once(context, "waiting", waiting(Booking.objects.filter(continued_by=None)).count)


@register.simple_tag(takes_context=True)
def limits_that_bit(context: dict[str, Any]) -> list[dict[str, Any]]:
    """The limits that refused somebody within the last day, for those who set the site up."""
    if not context["request"].user.has_perm("bookings.change_site"):
        return []
    return [{"limit": limit, "count": count} for limit, count in bites.lately()]


@register.inclusion_tag("admin/_missing.html", takes_context=True)
def what_is_missing(context: dict[str, Any]) -> dict[str, Any]:
    """What is wrong about the set-up, for those who may change it."""
    may_mend = context["request"].user.has_perm("bookings.change_site")
    wrong = [one for one in missing_but_mail() if one.is_wrong] if may_mend else []
    return {"lacks": with_pages(wrong)}


@register.simple_tag(takes_context=True)
def demo_to_remove(context: dict[str, Any]) -> bool:
    """Whether there is a demo that the reader may take away."""
    return bool(context["request"].user.is_superuser) and bool(_demo_kinds(context))


def _demo_kinds(context: dict[str, Any]) -> set[str]:
    """What there is of the demo."""
    kinds = DemoRow.objects.order_by().values_list("kind", flat=True).distinct()
    return _once(context, "demo_kinds", lambda: set(kinds))


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
