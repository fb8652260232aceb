"""A project may offer nothing while a connected calendar is not read."""

from django.db import migrations, models

FIELD = models.BooleanField(
    db_default=False,
    default=False,
    help_text="Else times stay offered by what was known last, and the desk warns.",
    verbose_name="offer nothing while a calendar is not read",
)


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0054_guests_are_invited_once"),
    ]

    operations = [
        migrations.AddField(model_name="historicalproject", name="needs_fresh_calendars", field=FIELD),
        migrations.AddField(model_name="project", name="needs_fresh_calendars", field=FIELD),
    ]
