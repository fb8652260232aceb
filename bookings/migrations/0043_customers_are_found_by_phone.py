"""Customers are found by their number, and messages that reached nobody by that."""

from django.db import migrations, models

from bookings.online_indexes import AddIndexOnline


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("bookings", "0042_customers_may_want_texts"),
    ]

    operations = [
        AddIndexOnline(
            model_name="customer",
            index=models.Index(
                condition=models.Q(("phone_e164", ""), _negated=True),
                fields=["phone_e164"],
                name="customer_by_phone",
            ),
        ),
        AddIndexOnline(
            model_name="outboxmessage",
            index=models.Index(
                condition=models.Q(("untold_at__isnull", False)),
                fields=["untold_at"],
                name="outbox_untold",
            ),
        ),
    ]
