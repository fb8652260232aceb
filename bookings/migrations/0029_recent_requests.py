import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0028_projects_lead_back"),
    ]

    operations = [
        migrations.CreateModel(
            name="RecentRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(db_index=True, verbose_name="time")),
                ("call", models.CharField(max_length=120, verbose_name="call")),
                ("status", models.PositiveSmallIntegerField(verbose_name="status")),
                ("code", models.CharField(blank=True, max_length=40, verbose_name="code")),
                ("fields", models.CharField(blank=True, max_length=300, verbose_name="fields")),
                ("user_agent", models.CharField(blank=True, max_length=200, verbose_name="program")),
                ("request_id", models.UUIDField(verbose_name="request id")),
                (
                    "key",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="requests",
                        to="bookings.apikey",
                        verbose_name="API key",
                    ),
                ),
            ],
            options={
                "verbose_name": "recent request",
                "verbose_name_plural": "recent requests",
                "ordering": ["-pk"],
                "indexes": [models.Index(fields=["key", "-id"], name="recent_requests_of_a_key")],
            },
        ),
    ]
