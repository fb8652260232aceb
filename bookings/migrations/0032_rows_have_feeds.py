"""Resources and projects have a secret calendar feed where staff want one."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0031_places_are_validated"),
    ]

    operations = [
        migrations.AddField(
            model_name="historicalproject",
            name="feed",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "none"),
                    ("times", "when something is booked, without names"),
                    ("names", "what is booked and for whom"),
                ],
                db_default="",
                default="",
                help_text="For a calendar of one’s own, which reads it by a secret address.",
                max_length=5,
                verbose_name="calendar feed",
            ),
        ),
        migrations.AddField(
            model_name="historicalproject",
            name="feed_nonce",
            field=models.CharField(blank=True, db_default="", default="", editable=False, max_length=24),
        ),
        migrations.AddField(
            model_name="historicalresource",
            name="feed",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "none"),
                    ("times", "when something is booked, without names"),
                    ("names", "what is booked and for whom"),
                ],
                db_default="",
                default="",
                help_text="For a calendar of one’s own, which reads it by a secret address.",
                max_length=5,
                verbose_name="calendar feed",
            ),
        ),
        migrations.AddField(
            model_name="historicalresource",
            name="feed_nonce",
            field=models.CharField(blank=True, db_default="", default="", editable=False, max_length=24),
        ),
        migrations.AddField(
            model_name="project",
            name="feed",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "none"),
                    ("times", "when something is booked, without names"),
                    ("names", "what is booked and for whom"),
                ],
                db_default="",
                default="",
                help_text="For a calendar of one’s own, which reads it by a secret address.",
                max_length=5,
                verbose_name="calendar feed",
            ),
        ),
        migrations.AddField(
            model_name="project",
            name="feed_nonce",
            field=models.CharField(blank=True, db_default="", default="", editable=False, max_length=24),
        ),
        migrations.AddField(
            model_name="resource",
            name="feed",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "none"),
                    ("times", "when something is booked, without names"),
                    ("names", "what is booked and for whom"),
                ],
                db_default="",
                default="",
                help_text="For a calendar of one’s own, which reads it by a secret address.",
                max_length=5,
                verbose_name="calendar feed",
            ),
        ),
        migrations.AddField(
            model_name="resource",
            name="feed_nonce",
            field=models.CharField(blank=True, db_default="", default="", editable=False, max_length=24),
        ),
    ]
