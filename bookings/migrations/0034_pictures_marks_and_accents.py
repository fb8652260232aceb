"""A mark for a service without a picture; a sentence, a drawing and an accent of the site itself."""

from django.db import migrations, models

import bookings.validators


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0033_backups_by_the_desk"),
    ]

    operations = [
        migrations.AddField(
            model_name="historicalproject",
            name="mark",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "none"),
                    ("talk", "a talk"),
                    ("house", "a house"),
                    ("sheet", "a sheet of paper"),
                    ("portrait", "a portrait"),
                    ("easel", "an easel"),
                    ("pot", "a pot"),
                    ("scissors", "scissors"),
                    ("heart", "a heart"),
                    ("wrench", "a wrench"),
                    ("book", "a book"),
                    ("camera", "a camera"),
                    ("leaf", "a leaf"),
                ],
                db_default="",
                default="",
                help_text="Stands for the picture where a page has not one for each of its services.",
                max_length=10,
                verbose_name="mark",
            ),
        ),
        migrations.AddField(
            model_name="historicalsite",
            name="accent",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                max_length=7,
                validators=[bookings.validators.validate_colour],
                verbose_name="accent",
            ),
        ),
        migrations.AddField(
            model_name="historicalsite",
            name="picture",
            field=models.TextField(
                blank=True,
                db_default="",
                default="",
                help_text="Stands at the head of the first page, on the accent: best in pale lines without a ground.",
                max_length=100,
                verbose_name="drawing",
            ),
        ),
        migrations.AddField(
            model_name="historicalsite",
            name="summary",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="What you offer; stands at the head of the first page.",
                max_length=200,
                verbose_name="in a sentence",
            ),
        ),
        migrations.AddField(
            model_name="project",
            name="mark",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "none"),
                    ("talk", "a talk"),
                    ("house", "a house"),
                    ("sheet", "a sheet of paper"),
                    ("portrait", "a portrait"),
                    ("easel", "an easel"),
                    ("pot", "a pot"),
                    ("scissors", "scissors"),
                    ("heart", "a heart"),
                    ("wrench", "a wrench"),
                    ("book", "a book"),
                    ("camera", "a camera"),
                    ("leaf", "a leaf"),
                ],
                db_default="",
                default="",
                help_text="Stands for the picture where a page has not one for each of its services.",
                max_length=10,
                verbose_name="mark",
            ),
        ),
        migrations.AddField(
            model_name="site",
            name="accent",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                max_length=7,
                validators=[bookings.validators.validate_colour],
                verbose_name="accent",
            ),
        ),
        migrations.AddField(
            model_name="site",
            name="picture",
            field=models.ImageField(
                blank=True,
                db_default="",
                default="",
                help_text="Stands at the head of the first page, on the accent: best in pale lines without a ground.",
                upload_to="site/",
                verbose_name="drawing",
            ),
        ),
        migrations.AddField(
            model_name="site",
            name="summary",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="What you offer; stands at the head of the first page.",
                max_length=200,
                verbose_name="in a sentence",
            ),
        ),
    ]
