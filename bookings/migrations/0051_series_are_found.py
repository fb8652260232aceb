"""What belongs to a series is found along an index, which holds that alone."""

from django.db import migrations, models

from bookings.online_indexes import AddIndexOnline


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("bookings", "0050_series"),
    ]

    operations = [
        AddIndexOnline(
            model_name="booking",
            index=models.Index(
                condition=models.Q(("series__isnull", False)),
                fields=["series", "start"],
                name="booking_of_series",
            ),
        ),
    ]
