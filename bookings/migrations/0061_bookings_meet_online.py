"""Bookings may take place online, at a link that comes with them or later."""

from django.db import migrations, models

import bookings.validators

MEETING = models.CharField(
    blank=True,
    choices=[
        ("", "none"),
        ("calendar", "made by the connected calendar (Google Meet, Teams)"),
        ("jitsi", "a room of its own at JITSI_URL"),
        ("fixed", "at the resource’s own link"),
    ],
    db_default="",
    default="",
    max_length=10,
    verbose_name="video meeting",
)
RESOURCES = models.CharField(
    blank=True,
    db_default="",
    default="",
    help_text="Told to customers where a project’s video meetings are at this link.",
    max_length=1000,
    validators=[bookings.validators.validate_link],
    verbose_name="link of its video meetings",
)


class Migration(migrations.Migration):
    dependencies = [("bookings", "0060_history_tells_who_was_next")]

    operations = [
        migrations.AddField("booking", "meeting", MEETING),
        migrations.AddField(
            "booking",
            "meeting_url",
            models.CharField(blank=True, db_default="", default="", max_length=1000),
        ),
        migrations.AddField(
            "calendarentry", "link_missed", models.BooleanField(db_default=False, default=False)
        ),
        migrations.AddField("resource", "meeting_url", RESOURCES),
        migrations.AddField("historicalresource", "meeting_url", RESOURCES),
    ]
