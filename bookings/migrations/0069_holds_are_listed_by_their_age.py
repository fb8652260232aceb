"""The newest holds are listed without reading all there are."""

from django.db import migrations, models

from bookings.online_indexes import AddIndexOnline


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("bookings", "0066_managers_manage_staff")]

    operations = [
        AddIndexOnline(
            "reservation",
            models.Index(fields=["created_at"], name="reservation_by_age"),
        ),
    ]
