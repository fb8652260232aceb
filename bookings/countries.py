"""Countries (ISO 3166-1, two letters) as people call them, and what is usual there: currency, zones, weeks, formats."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from babel import Locale, UnknownLocaleError
from babel.numbers import get_territory_currencies
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext_lazy as _


@cache
def zones() -> dict[str, tuple[str, ...]]:
    """The IANA zones of every country, the one in which most people live first."""
    found: dict[str, tuple[str, ...]] = {}
    for row in files("tzdata").joinpath("zoneinfo/zone.tab").read_text().splitlines():
        if not row.startswith("#"):
            country, _place, zone, *_remark = row.split("\t")
            found[country] = (*found.get(country, ()), zone)
    return found


def currency(country: str) -> str:
    """The currency that is paid with there; empty where there is none, as in Antarctica."""
    return next(iter(get_territory_currencies(country)), "")


@cache
def first_weekday(country: str) -> int:
    """The weekday (Monday 0) with which a week begins there; where nothing is known, as in most of the world."""
    try:
        return Locale.parse(f"und_{country}").first_week_day
    except UnknownLocaleError:
        return 0


def named() -> list[tuple[str, str]]:
    """Every country and its name in the active language, by name."""
    names = _names(to_locale(get_language() or "en"))
    return sorted(names.items(), key=lambda pair: pair[1].casefold())


@cache
def _names(locale: str) -> dict[str, str]:
    territories = Locale.parse(locale).territories
    return {country: territories.get(country, country) for country in zones()}


def code_of(text: str) -> str | None:
    """The country that people mean by its two letters or by its name in a language that we speak or it speaks."""
    typed = text.strip().casefold()
    return typed.upper() if typed.upper() in zones() else _by_name().get(typed)


@cache
def _by_name() -> dict[str, str]:
    spoken = {to_locale(code) for code, _name in settings.LANGUAGES}
    found = {name.casefold(): country for one in spoken for country, name in _names(one).items()}
    for country in zones():
        try:
            own = Locale.parse(f"und_{country}").territories.get(country)
        except (UnknownLocaleError, ValueError):
            continue
        found.setdefault((own or country).casefold(), country)
    return {"usa": "US", "uk": "GB", "england": "GB"} | found


def language_there(language: str, country: str) -> str:
    """The language with the country's formats: with months before days and twelve hours it is American English."""
    if language != "en":
        return language
    try:
        locale = Locale("en", country)
    except UnknownLocaleError:
        return language
    months_first = locale.date_formats["long"].pattern.startswith("M")
    return "en-us" if months_first and "a" in locale.time_formats["short"].pattern else language


def validate_country(value: str) -> None:
    if value not in zones():
        raise ValidationError(
            _("This is no country. Write its name, or two letters like DE."), code="country"
        )
