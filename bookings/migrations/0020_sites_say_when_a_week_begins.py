"""A site says with which day its weeks begin, or leaves it to its country."""

from django.db import migrations, models

CHOICES = [
    (None, "as usual in the country"),
    ("monday", "Monday"),
    ("saturday", "Saturday"),
    ("sunday", "Sunday"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0019_claims_look_back_along_their_own_index"),
    ]

    operations = [
        migrations.AddField(
            model_name=model,
            name="week_start",
            field=models.CharField(
                blank=True, choices=CHOICES, default="", max_length=8, verbose_name="the week begins on"
            ),
        )
        for model in ("historicalsite", "site")
    ]
