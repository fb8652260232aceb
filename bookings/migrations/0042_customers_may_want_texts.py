"""Customers may want text messages, which are counted by the day; whom nobody could tell is marked."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0041_failed_messages_are_found"),
    ]

    operations = [
        migrations.CreateModel(
            name="TextCount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField(verbose_name="day")),
                ("who", models.CharField(blank=True, max_length=64)),
                ("count", models.PositiveIntegerField(db_default=0, default=0, verbose_name="count")),
            ],
            options={
                "verbose_name": "count of text messages",
                "verbose_name_plural": "counts of text messages",
            },
        ),
        migrations.AddField(
            model_name="customer",
            name="wants_texts",
            field=models.BooleanField(
                db_default=False, default=False, verbose_name="text messages about this booking"
            ),
        ),
        migrations.AddField(
            model_name="outboxmessage",
            name="untold_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="nobody was told"),
        ),
        migrations.AddConstraint(
            model_name="textcount",
            constraint=models.UniqueConstraint(fields=("day", "who"), name="texts_are_counted_once_a_day"),
        ),
    ]
