"""Whether mails reach anybody: the one answer for pages, desk, doctor and worker."""

from collections.abc import Callable
from enum import StrEnum

from django.conf import settings

from bookings.models import DemoRow


def demo_is_there() -> bool:
    """Whether something of the demo can be booked.  One query."""
    return DemoRow.objects.filter(kind=DemoRow.Kind.RESOURCE).exists()


class Mailing(StrEnum):
    SENT = "sent"
    """To a mail server."""
    WRITTEN = "written"
    """A trial or the demo: each mail becomes a file (or whatever else EMAIL_URL says) and reaches nobody."""
    OFF = "off"
    """Mails wait in the outbox until EMAIL_URL names a server."""


def mailing(demo_is_there: Callable[[], bool] = demo_is_there) -> Mailing:
    """What becomes of a mail now.  One query where none is sent."""
    if settings.MAIL_IS_SET_UP:
        return Mailing.SENT
    if settings.TEST_MODE or demo_is_there():
        return Mailing.WRITTEN
    return Mailing.OFF
