"""Busy times that were read elsewhere are found by what they were read from."""

from django.db import migrations, models

from bookings.online_indexes import AddIndexOnline


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("bookings", "0048_calendars_elsewhere"),
    ]

    operations = [
        AddIndexOnline(
            model_name="event",
            index=models.Index(
                condition=models.Q(("remote", ""), _negated=True),
                fields=["calendar", "remote"],
                name="event_read_elsewhere",
            ),
        ),
    ]
