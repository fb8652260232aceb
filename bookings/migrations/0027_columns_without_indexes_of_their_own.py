"""Columns that begin a longer index, or are searched by one in capitals, need none of their own."""

import django.db.models.deletion
from django.db import migrations, models

from bookings.online_indexes import without_own_index


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("bookings", "0026_lists_have_indexes"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                without_own_index("booking", "project_id"),
                without_own_index("booking", "resource_id"),
                without_own_index("booking", "state_id"),
                without_own_index("customer", "email"),
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="booking",
                    name="project",
                    field=models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bookings",
                        to="bookings.project",
                        verbose_name="project",
                    ),
                ),
                migrations.AlterField(
                    model_name="booking",
                    name="resource",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bookings",
                        to="bookings.resource",
                        verbose_name="resource",
                    ),
                ),
                migrations.AlterField(
                    model_name="booking",
                    name="state",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bookings",
                        to="bookings.state",
                        verbose_name="state",
                    ),
                ),
                migrations.AlterField(
                    model_name="customer",
                    name="email",
                    field=models.EmailField(blank=True, max_length=254, verbose_name="e-mail"),
                ),
            ],
        )
    ]
