"""The desk says on every page how much went wrong, and finds bookings without reading a table through."""

import django.db.models.functions.text
from django.db import migrations, models

from bookings.models.customers import bare_phone, last_word_of_name
from bookings.online_indexes import AddIndexOfSQLite, AddIndexOnline, indexes_of_postgresql

# Names are found by the beginning of each word.
BY_WORDS = "bookings_customer USING gin (to_tsvector('simple'::regconfig, COALESCE(name, '')))"


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("bookings", "0044_staff_look_again")]

    operations = [
        AddIndexOnline(
            model_name="outboxmessage",
            index=models.Index(fields=["outcome", "done_at"], name="outbox_by_outcome"),
        ),
        AddIndexOnline(
            model_name="booking",
            index=models.Index(fields=["reference"], name="booking_by_reference"),
        ),
        AddIndexOnline(
            model_name="customer",
            index=models.Index(
                bare_phone(),
                condition=models.Q(("phone", ""), _negated=True),
                name="customer_by_bare_phone",
            ),
        ),
        AddIndexOfSQLite(
            model_name="customer",
            index=models.Index(django.db.models.functions.text.Upper("name"), name="customer_by_name"),
        ),
        AddIndexOfSQLite(
            model_name="customer",
            index=models.Index(last_word_of_name(), name="customer_by_last_word"),
        ),
        indexes_of_postgresql(customer_by_words=BY_WORDS),
    ]
