"""Days of a calendar. A page draws up to fifty of them, and a template takes three times as long for each."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from django import template
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def day_of_calendar(day: Mapping[str, Any]) -> SafeString:
    """One day: a link where something is free or was.

    ``day`` has classes, number, href, amount (of what is free: many, some, few, or none), chosen, said (the whole date
    and what is free, for who listens), and may have weekday ("Mo") and month ("Dec").
    """
    tag, link = ("a", f' href="{escape(day["href"])}" rel="nofollow"') if day["href"] else ("span", "")
    chosen = ' aria-current="true"' if day.get("chosen") else ""
    above = _above("day__name", day.get("weekday")) + _above("day__month", day.get("month"))
    tally = '<span class="day__tally"></span>' if day["amount"] else ""
    return SafeString(
        f'<{tag} class="{escape(day["classes"])}"{link}{chosen}>{above}'
        f'<span aria-hidden="true">{day["number"]:d}</span> {tally}'
        f'<span class="vh">{escape(day["said"])}</span></{tag}>'
    )


def _above(kind: str, word: str | None) -> str:
    return f'<span class="{kind}" aria-hidden="true">{escape(word)}</span> ' if word else ""
