"""When a hold was made is told by the database's clock, which judges how long it may be held."""

from django.db import migrations, models

import bookings.database_clock


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0010_mails_prove_an_address"),
    ]

    operations = [
        migrations.AlterField(
            model_name="reservation",
            name="created_at",
            field=models.DateTimeField(
                default=bookings.database_clock.now, editable=False, verbose_name="created"
            ),
        ),
    ]
