from django.db import migrations, models

import bookings.validators


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0027_columns_without_indexes_of_their_own"),
    ]

    operations = [
        migrations.AddField(
            model_name="historicalproject",
            name="return_origins",
            field=models.JSONField(
                blank=True,
                db_default=[],
                default=list,
                validators=[bookings.validators.validate_list],
                verbose_name="sites it may lead back to",
            ),
        ),
        migrations.AddField(
            model_name="project",
            name="return_origins",
            field=models.JSONField(
                blank=True,
                db_default=[],
                default=list,
                validators=[bookings.validators.validate_list],
                verbose_name="sites it may lead back to",
            ),
        ),
    ]
