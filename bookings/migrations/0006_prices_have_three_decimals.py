"""Some currencies have three decimals."""

from django.db import migrations, models

import bookings.validators


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0005_requests_end_at_their_start"),
    ]

    operations = [
        migrations.AlterField(
            model_name="booking",
            name="price",
            field=models.DecimalField(
                blank=True, decimal_places=3, max_digits=12, null=True, verbose_name="price"
            ),
        ),
        migrations.AlterField(
            model_name="historicaloption",
            name="currency",
            field=models.CharField(
                blank=True,
                help_text="Empty: the site's, as it is now.",
                max_length=3,
                validators=[bookings.validators.validate_currency],
                verbose_name="currency",
            ),
        ),
        migrations.AlterField(
            model_name="historicaloption",
            name="price",
            field=models.DecimalField(
                blank=True, decimal_places=3, max_digits=12, null=True, verbose_name="price"
            ),
        ),
        migrations.AlterField(
            model_name="historicalprojectresource",
            name="price",
            field=models.DecimalField(
                blank=True,
                decimal_places=3,
                help_text="If it differs from the option's.",
                max_digits=12,
                null=True,
                verbose_name="price",
            ),
        ),
        migrations.AlterField(
            model_name="option",
            name="currency",
            field=models.CharField(
                blank=True,
                help_text="Empty: the site's, as it is now.",
                max_length=3,
                validators=[bookings.validators.validate_currency],
                verbose_name="currency",
            ),
        ),
        migrations.AlterField(
            model_name="option",
            name="price",
            field=models.DecimalField(
                blank=True, decimal_places=3, max_digits=12, null=True, verbose_name="price"
            ),
        ),
        migrations.AlterField(
            model_name="projectresource",
            name="price",
            field=models.DecimalField(
                blank=True,
                decimal_places=3,
                help_text="If it differs from the option's.",
                max_digits=12,
                null=True,
                verbose_name="price",
            ),
        ),
    ]
