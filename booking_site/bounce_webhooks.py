"""Where mail providers tell of mails that came back: the addresses of django-anymail, which is an extra.

Each call carries the secret of ANYMAIL and what else its provider signs with, so its word counts without the mail.
"""

from typing import Any

from anymail.signals import AnymailTrackingEvent, EventType, tracking
from anymail.urls import urlpatterns as of_anymail
from django.dispatch import receiver

from bookings.effects import bounces

GIVEN_UP = {EventType.BOUNCED, EventType.REJECTED, EventType.FAILED}

app_name = "anymail"
urlpatterns = [one for one in of_anymail if str(one.name).endswith("_tracking_webhook")]


@receiver(tracking)
def note_bounce(event: AnymailTrackingEvent, **_more: Any) -> None:
    """Mark the address of a mail that will never arrive; a delay is none."""
    if event.event_type in GIVEN_UP and event.recipient:
        bounces.mark(event.recipient, event.mta_response or event.description or event.reject_reason or "")
