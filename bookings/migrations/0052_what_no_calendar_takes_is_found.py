"""Bookings that no calendar elsewhere takes are counted on every page of the desk."""

from django.db import migrations, models
from django.db.models import Q

from bookings.online_indexes import AddIndexOnline


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("bookings", "0051_series_are_found")]

    operations = [
        AddIndexOnline(
            "outboxmessage",
            models.Index(
                fields=["attempts"],
                name="outbox_calendar_waiting",
                condition=Q(done_at=None, kind="calendar"),
            ),
        ),
    ]
