"""A page that books and one that sends lost links look an e-mail address up, whatever its capitals."""

import django.db.models.functions.text
from django.db import migrations, models

from bookings.online_indexes import AddIndexOfSQLite, indexes_of_postgresql

# One order of letters in which an address is found whole, and by its beginning: LIKE takes no other index.
BY_EMAIL = "bookings_customer (upper(email) text_pattern_ops)"


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("bookings", "0024_what_was_added_has_defaults")]

    operations = [
        AddIndexOfSQLite(
            model_name="customer",
            index=models.Index(django.db.models.functions.text.Upper("email"), name="customer_by_email"),
        ),
        indexes_of_postgresql(customer_by_email=BY_EMAIL),
    ]
