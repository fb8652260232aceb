"""What every page of the staff's desk says: is mail sent, is anything waiting, is it all a trial."""

from typing import Any

from django import template
from django.conf import settings
from django.forms import BoundField, CheckboxInput, Form

from bookings.admin.booking.waiting import waiting
from bookings.admin.fields.wall_clock import WallClockForm
from bookings.effects.mail import Way, waiting_mails, way_of_mail
from bookings.models import Booking

register = template.Library()


@register.inclusion_tag("admin/notices.html", takes_context=True)
def staff_notices(context: dict[str, Any]) -> dict[str, Any]:
    """The notices, for those who are logged in; the numbers of what waits are read only then."""
    request = context.get("request")
    user = getattr(request, "user", None)
    if not (user and user.is_staff and user.is_active):
        return {"test_mode": settings.TEST_MODE}
    way = way_of_mail()
    return {
        "test_mode": settings.TEST_MODE,
        "no_mail": way is Way.NONE,
        "mails": waiting_mails() if way is Way.NONE else None,
        "in_files": way is Way.FILES,
    }


@register.simple_tag(takes_context=True)
def waiting_for_you(context: dict[str, Any]) -> int:
    """How many bookings wait for an answer, for those who may give one."""
    if not context["request"].user.has_perm("bookings.decide_booking"):
        return 0
    return waiting(Booking.objects.filter(continued_by=None)).count()


@register.simple_tag
def asked_fields(form: Form) -> list[BoundField]:
    """The visible fields of a form that are asked at this point."""
    not_asked = form.not_asked if isinstance(form, WallClockForm) else set()
    return [field for field in form.visible_fields() if field.name not in not_asked]


@register.filter
def is_checkbox(field: BoundField) -> bool:
    """Whether a field is one box to tick."""
    return isinstance(field.field.widget, CheckboxInput)
