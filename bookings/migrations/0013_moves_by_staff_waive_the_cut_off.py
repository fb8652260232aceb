"""Whether a booking was moved for its customer, who may then change it until it begins."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0012_trial_payments"),
    ]

    operations = [
        migrations.AddField(
            model_name="booking",
            name="waives_cut_off",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
    ]
