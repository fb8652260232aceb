"""Where bookings are shared fairly, a resource may get a larger share than another."""

import django.core.validators
from django.db import migrations, models

FIELD = models.PositiveSmallIntegerField(
    db_default=1,
    default=1,
    help_text="Where bookings are shared fairly: with 2 it gets twice as much time as with 1.",
    validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(100)],
    verbose_name="weight",
)


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0058_logins_of_staff_are_listed"),
    ]

    operations = [
        migrations.AddField(model_name="historicalprojectresource", name="weight", field=FIELD),
        migrations.AddField(model_name="projectresource", name="weight", field=FIELD),
    ]
