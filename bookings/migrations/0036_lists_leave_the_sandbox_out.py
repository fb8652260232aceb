"""The indexes of the lists are of live bookings, so that these are counted without the table; tests have their own."""

from django.db import migrations, models

from bookings.online_indexes import AddIndexOnline, RemoveIndexOnline

LIVE, TESTS = models.Q(("is_test", False)), models.Q(("is_test", True))


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("bookings", "0035_sandbox"),
    ]

    operations = [
        AddIndexOnline(
            model_name="booking",
            index=models.Index(
                fields=["start", "end", "deleted_at", "state"], name="booking_live_by_start", condition=LIVE
            ),
        ),
        AddIndexOnline(
            model_name="booking",
            index=models.Index(
                fields=["state", "-created_at", "deleted_at"], name="booking_live_by_state", condition=LIVE
            ),
        ),
        AddIndexOnline(
            model_name="booking",
            index=models.Index(fields=["-created_at", "id"], name="booking_of_tests", condition=TESTS),
        ),
        RemoveIndexOnline(model_name="booking", name="booking_listed_by_start"),
        RemoveIndexOnline(model_name="booking", name="booking_listed_by_state"),
    ]
