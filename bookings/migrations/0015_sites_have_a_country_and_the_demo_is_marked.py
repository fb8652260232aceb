"""A site has a country and a digest of its one-time address; the demo's rows are marked; a mail may find nobody."""

from django.db import migrations, models

import bookings.countries


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0014_the_demo_plays_payments"),
    ]

    operations = [
        migrations.AddField(
            model_name="historicalsite",
            name="country",
            field=models.CharField(
                blank=True,
                help_text="Two letters, like DE.",
                max_length=2,
                validators=[bookings.countries.validate_country],
                verbose_name="country",
            ),
        ),
        migrations.AddField(
            model_name="site",
            name="country",
            field=models.CharField(
                blank=True,
                help_text="Two letters, like DE.",
                max_length=2,
                validators=[bookings.countries.validate_country],
                verbose_name="country",
            ),
        ),
        migrations.AddField(
            model_name="site",
            name="setup_digest",
            field=models.CharField(blank=True, editable=False, max_length=64),
        ),
        migrations.AlterField(
            model_name="outboxmessage",
            name="outcome",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "waiting"),
                    ("sent", "sent"),
                    ("dropped", "no longer true, not sent"),
                    ("nobody", "nobody to send it to"),
                    ("failed", "given up"),
                ],
                default="",
                max_length=10,
                verbose_name="outcome",
            ),
        ),
        migrations.CreateModel(
            name="DemoRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("location", "Location"),
                            ("resource", "Resource"),
                            ("project", "Project"),
                            ("user", "User"),
                            ("key", "Key"),
                        ],
                        max_length=10,
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                ("row", models.CharField(max_length=36)),
            ],
            options={
                "verbose_name": "row of the demo",
                "verbose_name_plural": "rows of the demo",
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "row"), name="a_row_is_the_demos_once")
                ],
            },
        ),
    ]
