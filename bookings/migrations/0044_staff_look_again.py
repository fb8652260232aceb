"""Staff are told what came since they last looked."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0043_customers_are_found_by_phone"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="LastLook",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="last_look",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("since_at", models.DateTimeField()),
                ("since_entry", models.BigIntegerField()),
                ("seen_at", models.DateTimeField()),
                ("seen_entry", models.BigIntegerField()),
            ],
            options={"default_permissions": ()},
        ),
    ]
