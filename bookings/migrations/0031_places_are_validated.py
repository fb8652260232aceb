"""What was booked before took one place; PostgreSQL reads it without keeping anybody waiting."""

from django.db import migrations

from bookings.online_constraints import ValidateConstraintOnline


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0030_seats_are_taken_several_at_a_time"),
    ]

    operations = [
        ValidateConstraintOnline(model_name="booking", name="places_are_a_sessions"),
        ValidateConstraintOnline(model_name="reservation", name="held_places_are_a_sessions"),
    ]
