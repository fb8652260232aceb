"""Whether text messages reach a customer: the one answer for pages, desk and worker."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import phonenumbers
from django.conf import settings

from bookings import typed_text
from bookings.models import Customer


def is_set_up() -> bool:
    """Whether there is a gateway."""
    return settings.SMS_GATEWAY is not None


def number_of(customer: Customer, country: str) -> str:
    """The customer's number in E.164, else an empty text; typed without a country's code it is one of ``country``."""
    return customer.phone_e164 or in_full(customer.phone, country)


def in_full(phone: str, country: str) -> str:
    """A number in E.164, else an empty text."""
    typed = typed_text.phone(phone).lstrip("( ")
    typed = f"+{typed[2:]}" if typed.startswith("00") else typed
    try:
        number = phonenumbers.parse(typed, country or None)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def reaches(customer: Customer | None) -> bool:
    """Whether a customer asked for text messages and gave a number, on a site that sends some."""
    return bool(is_set_up() and customer and customer.wants_texts and customer.phone)


def before_quiet_hours(moment: datetime, zone: ZoneInfo) -> datetime:
    """``moment``, or where it lies within the quiet hours of ``zone`` the end of the day before they began."""
    quiet = settings.SMS_QUIET_HOURS
    if quiet is None:
        return moment
    begin, end = quiet
    local = moment.astimezone(zone)
    passes_midnight = begin > end
    is_quiet = local.hour >= begin or local.hour < end if passes_midnight else begin <= local.hour < end
    if not is_quiet:
        return moment
    day = local.date() - timedelta(days=passes_midnight and local.hour < end)
    started = datetime(day.year, day.month, day.day, begin, tzinfo=zone)
    return started.astimezone(moment.tzinfo) - timedelta(minutes=1)
