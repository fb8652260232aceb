"""The desk lists who did not come without reading a table through."""

from django.db import migrations, models

from bookings.online_indexes import AddIndexOnline


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("bookings", "0052_what_no_calendar_takes_is_found")]

    operations = [
        AddIndexOnline(
            model_name="booking",
            index=models.Index(
                condition=models.Q(("attendance", "no_show")), fields=["-start"], name="booking_no_show"
            ),
        ),
    ]
