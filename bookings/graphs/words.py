"""What several pages say of an action in one way."""

from datetime import timedelta

from django.utils.translation import gettext as _

from bookings.models import Action
from bookings.times import duration_in_words


def when_in_words(after: timedelta | None, anchor: str) -> str:
    """When the clock plays an action that it plays ``after`` the moment ``anchor``; nothing where it never does."""
    if after is None:
        return ""
    moment = Action.Anchor(anchor or Action.Anchor.ENTERED).label
    if not after:
        return _("at this moment: %(moment)s") % {"moment": moment}
    return _("%(time)s after %(moment)s") % {"time": duration_in_words(after), "moment": moment}
