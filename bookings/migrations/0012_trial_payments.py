"""Projects whose payments are only played through."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0011_holds_are_dated_by_the_database"),
    ]

    operations = [
        migrations.AddField(
            model_name="historicalproject",
            name="trial_payment",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.AddField(
            model_name="project",
            name="trial_payment",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
    ]
