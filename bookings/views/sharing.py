"""What other programs read of a public page: a card for those who share it, schema.org for those who search."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from bookings.availability.offering import Offering
from bookings.languages import site_of
from bookings.models import Project
from bookings.picture_files import shown

# Within a script element HTML knows no escape but JSON's own.
_ESCAPES = {ord(character): f"\\u{ord(character):04X}" for character in "<>&\u2028\u2029"}


def data_block(data: dict[str, Any]) -> SafeString:
    """JSON that can stand in a script element, of a type that no browser runs."""
    told = json.dumps(data, ensure_ascii=False).translate(_ESCAPES)
    return mark_safe(told)  # noqa: S308  # it holds neither "<" nor "&"


def site_card(request: HttpRequest, title: str) -> dict[str, Any]:
    """The card of the page that lists what can be booked."""
    site, url = site_of(request), settings.SITE_URL + reverse("pages:home")
    about = {"@type": "LocalBusiness", "name": site.name, "url": url}
    known = {"telephone": site.phone, "address": site.address_line}
    data = {"@context": "https://schema.org", **about, **{name: one for name, one in known.items() if one}}
    markdown = reverse("agents:llms") if site.agents_may_book else ""
    return {"title": title, "text": "", "url": url, "markdown_url": markdown, "data": data_block(data)}


def project_card(request: HttpRequest, project: Project, offerings: list[Offering]) -> dict[str, Any]:
    """The card of a project's times."""
    site, url = site_of(request), settings.SITE_URL + reverse("pages:choose", args=[project.slug])
    picture = shown(project.image)
    image = _absolute(picture["src"]) if picture else ""
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Service",
        "name": project.name,
        "url": url,
        "provider": {"@type": "LocalBusiness", "name": site.name, "url": settings.SITE_URL},
        "offers": [_offer(one) for one in offerings if one.price() is not None],
        "potentialAction": {"@type": "ReserveAction", "target": url},
    }
    data |= {name: one for name, one in {"description": project.summary, "image": image}.items() if one}
    opened = site.agents_may_book and project.is_open_to_agents
    return {
        "title": project.name,
        "text": project.summary,
        "url": url,
        "image": image,
        "markdown_url": reverse("agents:project", args=[project.slug]) if opened else "",
        "data": data_block(data),
    }


def _offer(one: Offering) -> dict[str, Any]:
    told = {"@type": "Offer", "price": str(one.price()), "priceCurrency": one.currency}
    return told | ({"name": one.option.label} if one.option and one.option.label else {})


def _absolute(url: str) -> str:
    return url if "://" in url else settings.SITE_URL + url
