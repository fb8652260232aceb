"""What could not be read of a calendar is known until it can be, also while nothing changes there."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("bookings", "0062_bookings_without_their_link_are_found")]

    operations = [
        migrations.AddField(
            "calendar",
            "remark",
            models.TextField(blank=True, db_default="", default="", editable=False),
        ),
    ]
