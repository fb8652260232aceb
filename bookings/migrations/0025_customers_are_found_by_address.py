"""A page that books and one that sends lost links look an e-mail address up, whatever its capitals."""

import django.db.models.functions.text
from django.db import migrations, models

from bookings.online_indexes import AddIndexOnline


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("bookings", "0024_what_was_added_has_defaults")]

    operations = [
        AddIndexOnline(
            model_name="customer",
            index=models.Index(django.db.models.functions.text.Upper("email"), name="customer_by_email"),
        ),
    ]
