"""Claims look back along an index of strict pieces; the bare one of resources misled plans made before an ANALYZE."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0018_what_one_option_says_moves_to_its_row"),
    ]

    operations = [
        migrations.AlterField(
            model_name="occupancy",
            name="resource",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="occupancies",
                to="bookings.resource",
            ),
        ),
        migrations.AddIndex(
            model_name="occupancy",
            index=models.Index(
                condition=models.Q(("strict", True)),
                fields=["resource", "start", "end"],
                name="occupancy_strict",
            ),
        ),
    ]
