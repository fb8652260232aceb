from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("bookings", "0020_sites_say_when_a_week_begins")]

    operations = [
        migrations.AddField(
            model_name="booking",
            name="by_agent",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        *[
            migrations.AddField(
                model_name=name,
                name="agents",
                field=models.CharField(
                    blank=True,
                    choices=[("", "if it is public"), ("yes", "yes"), ("no", "no")],
                    db_default="",
                    default="",
                    max_length=3,
                    verbose_name="assistants may book it",
                ),
            )
            for name in ("project", "historicalproject")
        ],
        *[
            migrations.AddField(
                model_name=name,
                name="agents_may_book",
                field=models.BooleanField(
                    db_default=True,
                    default=True,
                    help_text="What people let book for them: at /mcp, /llms.txt and the pages that end in .md.",
                    verbose_name="assistants may book",
                ),
            )
            for name in ("site", "historicalsite")
        ],
        migrations.AlterField(
            model_name="historyentry",
            name="actor",
            field=models.CharField(
                choices=[
                    ("customer", "customer"),
                    ("owner", "owner"),
                    ("staff", "staff"),
                    ("key", "API key"),
                    ("agent", "assistant"),
                    ("clock", "clock"),
                ],
                max_length=10,
                verbose_name="who",
            ),
        ),
    ]
