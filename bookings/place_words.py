"""How many places a booking takes, in words."""

from django.utils.translation import ngettext


def places_in_words(count: int) -> str:
    """Like "3 places"."""
    return ngettext("%(count)s place", "%(count)s places", count) % {"count": count}
