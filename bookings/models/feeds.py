"""The secret calendar feed of a row whose bookings somebody wants to see in a calendar of their own."""

import secrets
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class Feed(models.TextChoices):
    NONE = "", _("none")
    TIMES = "times", _("when something is booked, without names")
    NAMES = "names", _("what is booked and for whom")


class CalendarWords(models.TextChoices):
    """What a booking says of itself in a calendar elsewhere, which others may see, too."""

    ALL = "all", _("everything: the customer with phone and e-mail, the answers, the description")
    NAMES = "names", _("what is booked and for whom")
    NOTHING = "nothing", _("“Booked”, with a link to this site")


class Fed(models.Model):
    """With a feed, whose address holds until ``feed`` or ``feed_nonce`` changes."""

    feed = models.CharField(
        _("calendar feed"),
        max_length=5,
        blank=True,
        choices=Feed.choices,
        default=Feed.NONE,
        db_default=Feed.NONE,
        help_text=_("For a calendar of one’s own, which reads it by a secret address."),
    )
    feed_nonce = models.CharField(max_length=24, blank=True, default="", db_default="", editable=False)

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.feed and not self.feed_nonce:
            self.feed_nonce = secrets.token_urlsafe(12)
            if kwargs.get("update_fields") is not None:
                kwargs["update_fields"] = {*kwargs["update_fields"], "feed_nonce"}
        super().save(*args, **kwargs)
