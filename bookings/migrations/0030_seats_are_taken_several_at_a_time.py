"""A booking, or a hold, of a session takes as many of its seats as it has places."""

from django.db import migrations, models

from bookings.online_constraints import AddConstraintOnline

ONE_OR_A_SESSIONS = models.Q(
    ("places", 1), models.Q(("places__gt", 1), ("session__isnull", False)), _connector="OR"
)


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0029_recent_requests"),
    ]

    operations = [
        migrations.AddField(
            model_name="booking",
            name="places",
            field=models.PositiveIntegerField(
                db_default=1,
                default=1,
                help_text="How many seats of its session it takes.",
                verbose_name="places",
            ),
        ),
        migrations.AddField(
            model_name="reservation",
            name="places",
            field=models.PositiveIntegerField(db_default=1, default=1, verbose_name="places"),
        ),
        AddConstraintOnline(
            model_name="booking",
            constraint=models.CheckConstraint(condition=ONE_OR_A_SESSIONS, name="places_are_a_sessions"),
        ),
        AddConstraintOnline(
            model_name="reservation",
            constraint=models.CheckConstraint(condition=ONE_OR_A_SESSIONS, name="held_places_are_a_sessions"),
        ),
    ]
