"""The key of backups stands with the site, and a backup can be asked for at the desk."""

from django.db import migrations, models
from django.db.models.functions import Now


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0032_rows_have_feeds"),
    ]

    operations = [
        migrations.AddField(
            model_name="site",
            name="backup_key",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                editable=False,
                help_text="Public, like age1…: what is encrypted for it holds the secrets, too.",
                max_length=80,
                verbose_name="key of backups",
            ),
        ),
        migrations.AddField(
            model_name="historicalsite",
            name="backup_key",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                editable=False,
                help_text="Public, like age1…: what is encrypted for it holds the secrets, too.",
                max_length=80,
                verbose_name="key of backups",
            ),
        ),
        migrations.CreateModel(
            name="UpkeepWish",
            fields=[
                (
                    "kind",
                    models.CharField(
                        choices=[("backup", "backup"), ("drill", "drill")],
                        max_length=10,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("asked_at", models.DateTimeField(db_default=Now())),
            ],
            options={
                "verbose_name": "wish for upkeep",
                "verbose_name_plural": "wishes for upkeep",
                "default_permissions": (),
            },
        ),
    ]
