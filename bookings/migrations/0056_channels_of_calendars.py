"""Channels by which providers call when a calendar changes."""

import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0055_projects_may_need_fresh_calendars"),
    ]

    operations = [
        migrations.CreateModel(
            name="Channel",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("digest", models.CharField(max_length=64)),
                ("provider_id", models.CharField(blank=True, max_length=300)),
                ("watched", models.CharField(blank=True, max_length=1000)),
                ("until", models.DateTimeField()),
                (
                    "calendar",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="channels",
                        to="bookings.calendar",
                    ),
                ),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="channels",
                        to="bookings.connection",
                    ),
                ),
            ],
            options={
                "verbose_name": "channel of a connected calendar",
                "verbose_name_plural": "channels of connected calendars",
                "default_permissions": (),
            },
        ),
    ]
