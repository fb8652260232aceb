"""What the upkeep of the site remembers: the floor of releases, a standstill, runs of backup and drill."""

import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0022_outbox_remembers_the_request"),
    ]

    operations = [
        migrations.CreateModel(
            name="ReleaseFloor",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("release", models.CharField(max_length=20)),
            ],
            options={
                "verbose_name": "release floor",
                "verbose_name_plural": "release floors",
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("pk", 1)), name="release_floor_is_one_row")
                ],
            },
        ),
        migrations.CreateModel(
            name="Standstill",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "since",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="since"
                    ),
                ),
                ("reason", models.CharField(max_length=200, verbose_name="reason")),
            ],
            options={
                "verbose_name": "standstill",
                "verbose_name_plural": "standstills",
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("pk", 1)), name="standstill_is_one_row")
                ],
            },
        ),
        migrations.CreateModel(
            name="UpkeepRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(choices=[("backup", "backup"), ("drill", "drill")], max_length=10)),
                ("day", models.DateField(null=True)),
                ("started_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("finished_at", models.DateTimeField(null=True)),
                ("good", models.BooleanField(null=True)),
                ("words", models.TextField(blank=True, default="")),
            ],
            options={
                "verbose_name": "run of upkeep",
                "verbose_name_plural": "runs of upkeep",
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("day__isnull", False)),
                        fields=("kind", "day"),
                        name="upkeep_once_a_day",
                    )
                ],
            },
        ),
    ]
