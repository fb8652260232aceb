"""Holds and history keep why a booking for anyone came to its resource."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0059_resources_have_weights"),
    ]

    operations = [
        migrations.AddField(
            model_name="historyentry",
            name="assignment",
            field=models.JSONField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="reservation",
            name="assignment",
            field=models.JSONField(editable=False, null=True),
        ),
    ]
