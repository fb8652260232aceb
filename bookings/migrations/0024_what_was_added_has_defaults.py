"""Columns that were added since release 0.1.0 have a default in the database, so that it can still write rows."""

from django.db import migrations, models

import bookings.countries


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0023_upkeep"),
    ]

    operations = [
        migrations.AlterField(
            model_name="historicalsite",
            name="country",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="Two letters, like DE.",
                max_length=2,
                validators=[bookings.countries.validate_country],
                verbose_name="country",
            ),
        ),
        migrations.AlterField(
            model_name="historicalsite",
            name="week_start",
            field=models.CharField(
                blank=True,
                choices=[
                    (None, "as usual in the country"),
                    ("monday", "Monday"),
                    ("saturday", "Saturday"),
                    ("sunday", "Sunday"),
                ],
                db_default="",
                default="",
                max_length=8,
                verbose_name="the week begins on",
            ),
        ),
        migrations.AlterField(
            model_name="reservation",
            name="proven",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="Whoever holds it has done the work that the site asks under attack.",
                verbose_name="proven",
            ),
        ),
        migrations.AlterField(
            model_name="site",
            name="country",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="Two letters, like DE.",
                max_length=2,
                validators=[bookings.countries.validate_country],
                verbose_name="country",
            ),
        ),
        migrations.AlterField(
            model_name="site",
            name="setup_digest",
            field=models.CharField(blank=True, db_default="", default="", editable=False, max_length=64),
        ),
        migrations.AlterField(
            model_name="site",
            name="week_start",
            field=models.CharField(
                blank=True,
                choices=[
                    (None, "as usual in the country"),
                    ("monday", "Monday"),
                    ("saturday", "Saturday"),
                    ("sunday", "Sunday"),
                ],
                db_default="",
                default="",
                max_length=8,
                verbose_name="the week begins on",
            ),
        ),
    ]
