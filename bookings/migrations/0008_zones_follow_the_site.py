"""A new resource has its location's zone, else the site's."""

from django.db import migrations, models

import bookings.validators


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0007_prices_have_a_currency"),
    ]

    operations = [
        migrations.AlterField(
            model_name="historicallocation",
            name="timezone",
            field=models.CharField(
                blank=True,
                help_text="Empty: the site's, as it is now.",
                max_length=64,
                validators=[bookings.validators.validate_zone],
                verbose_name="time zone",
            ),
        ),
        migrations.AlterField(
            model_name="historicalresource",
            name="timezone",
            field=models.CharField(
                blank=True,
                help_text="Empty: its location's, else the site's, as it is now.",
                max_length=64,
                validators=[bookings.validators.validate_zone],
                verbose_name="time zone",
            ),
        ),
        migrations.AlterField(
            model_name="location",
            name="timezone",
            field=models.CharField(
                blank=True,
                help_text="Empty: the site's, as it is now.",
                max_length=64,
                validators=[bookings.validators.validate_zone],
                verbose_name="time zone",
            ),
        ),
        migrations.AlterField(
            model_name="resource",
            name="timezone",
            field=models.CharField(
                blank=True,
                help_text="Empty: its location's, else the site's, as it is now.",
                max_length=64,
                validators=[bookings.validators.validate_zone],
                verbose_name="time zone",
            ),
        ),
    ]
