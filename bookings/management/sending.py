"""Who sends each kind of message of the outbox."""

from __future__ import annotations

from functools import partial

from bookings.api.responses.webhooks import webhook_payload
from bookings.calendars import meetings, writing
from bookings.effects import link_mail, link_texts, reminders, staff_notices, telling, webhooks
from bookings.effects.outbox import Handler, Sender
from bookings.models.outbox import DELIVERY, TEST_DELIVERY, TEST_WEBHOOK, WEBHOOK
from bookings.setup import staff_links

HANDLERS: dict[str, Handler] = {
    "mail": meetings.deliver,
    telling.KIND: telling.deliver_text,
    link_texts.KIND: link_texts.deliver,
    "links": link_mail.deliver,
    "reminder": reminders.deliver,
    staff_links.KIND: staff_links.deliver,
    WEBHOOK: webhooks.spread,
    DELIVERY: partial(webhooks.deliver, payload_of=webhook_payload),
    TEST_WEBHOOK: webhooks.spread,
    TEST_DELIVERY: partial(webhooks.deliver, payload_of=webhook_payload),
    staff_notices.KIND: staff_notices.deliver,
    "calendar": writing.deliver,
}


def send(outbox_id: int) -> bool:
    """Send one message by its id, as a worker does: lease, handler, what came of it; tell whether it was ready.

    A plain function of a number, so that a fleet may hand ids to whatever runs its jobs. One that is not due yet, was
    sent, or is somebody else's stays as it is; what is to be tried again becomes ready later, for whoever asks then.
    """
    return Sender(HANDLERS).send_one(outbox_id)
