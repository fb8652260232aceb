"""What was given up is found by whom it was for."""

from django.db import migrations, models

from bookings.online_indexes import AddIndexOnline


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("bookings", "0040_webhooks_keep_a_log"),
    ]

    operations = [
        AddIndexOnline(
            model_name="outboxmessage",
            index=models.Index(
                condition=models.Q(("outcome", "failed")), fields=["target"], name="outbox_failed"
            ),
        ),
    ]
