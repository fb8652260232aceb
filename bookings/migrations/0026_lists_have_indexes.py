"""Bookings are found by their state and start, by what stands in ``meta``, and by long stays."""

from django.db import migrations, models

from bookings.online_indexes import AddIndexOnline, RemoveIndexOnline, indexes_of_postgresql

# Small letters throughout: a search heeds no capitals.  Only rows that say something take part.
BY_META = "bookings_booking USING gin ((lower(meta::text)::jsonb) jsonb_path_ops) WHERE meta <> '{}'::jsonb"
LONG = (
    'bookings_booking USING gist (tstzrange("start", "end")) '
    """WHERE "end" - "start" > interval '1 day'"""
)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("bookings", "0025_customers_are_found_by_address"),
    ]

    operations = [
        AddIndexOnline(
            model_name="booking",
            index=models.Index(
                fields=["start", "end", "deleted_at", "state"], name="booking_listed_by_start"
            ),
        ),
        AddIndexOnline(
            model_name="booking",
            index=models.Index(fields=["state", "-created_at", "deleted_at"], name="booking_listed_by_state"),
        ),
        RemoveIndexOnline(model_name="booking", name="booking_by_start"),
        RemoveIndexOnline(model_name="booking", name="booking_by_state"),
        indexes_of_postgresql(booking_by_meta=BY_META, booking_long=LONG),
    ]
