"""An event elsewhere says whether its guests were invited by our own mails."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0053_no_shows_are_found"),
    ]

    operations = [
        migrations.AddField(
            model_name="calendarentry",
            name="silent",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="calendarentry",
            name="booked_before",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
