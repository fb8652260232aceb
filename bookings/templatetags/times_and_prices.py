"""Times, zones and prices for templates: the functions of `bookings.times` and `bookings.money`."""

from django import template

from bookings import money, times

register = template.Library()

register.filter("day", times.day)
register.filter("short_day", times.short_day)
register.filter("clock", times.clock)
register.filter("day_and_clock", times.day_and_clock)
register.filter("zone_and_offset", times.zone_and_offset)
register.filter("repeated_hour", times.repeated_hour)
register.filter("money", money.money)
register.simple_tag(times.week_of)
register.simple_tag(times.clock_range, name="clock_range")
