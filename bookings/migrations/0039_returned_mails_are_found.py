"""The few customers whose mails came back are found without looking at all."""

from django.db import migrations, models

from bookings.online_indexes import AddIndexOnline


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("bookings", "0038_mails_come_back")]

    operations = [
        AddIndexOnline(
            model_name="customer",
            index=models.Index(
                fields=["returned_email"],
                name="customer_mail_returned",
                condition=~models.Q(returned_email=""),
            ),
        ),
    ]
