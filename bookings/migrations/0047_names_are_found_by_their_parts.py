"""Names are found by any part of them, where PostgreSQL has `pg_trgm` or may be given it."""

from django.db import migrations

from bookings.online_indexes import trigram_index_of_postgresql


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("bookings", "0046_people")]

    operations = [
        trigram_index_of_postgresql("person_by_parts_of_name", "bookings_person", "name_key"),
    ]
