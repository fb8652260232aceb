"""Staff choose subject and opening of each mail in each language."""

import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0036_lists_leave_the_sandbox_out"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="MailWords",
            fields=[
                ("key", models.CharField(editable=False, max_length=60, primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("customer-booked", "the booking stands"),
                            ("customer-booked-again", "a cancellation was taken back"),
                            ("customer-requested", "a request waits for an answer"),
                            ("customer-to-pay", "the booking waits for payment"),
                            ("customer-declined", "the request was declined"),
                            ("customer-expired", "the request or payment ran out of time"),
                            ("customer-moved", "the booking has a new time"),
                            ("customer-cancelled", "the booking was cancelled"),
                            ("customer-reminder", "a reminder before the booking"),
                            ("customer-afterwards", "a message after the booking"),
                            ("customer-links", "the links of coming bookings, for who lost them"),
                            ("owner-booked", "the booking stands"),
                            ("owner-booked-again", "a cancellation was taken back"),
                            ("owner-requested", "a request waits for an answer"),
                            ("owner-to-pay", "the booking waits for payment"),
                            ("owner-declined", "the request was declined"),
                            ("owner-expired", "the request or payment ran out of time"),
                            ("owner-moved", "the booking has a new time"),
                            ("owner-left", "the booking moved to somebody else"),
                            ("owner-cancelled", "the booking was cancelled"),
                            ("owner-reminder", "a reminder before the booking"),
                            ("owner-afterwards", "a message after the booking"),
                        ],
                        editable=False,
                        max_length=40,
                    ),
                ),
                ("language", models.CharField(editable=False, max_length=16, verbose_name="language")),
                ("subject", models.CharField(blank=True, max_length=120, verbose_name="subject")),
                ("opening", models.TextField(blank=True, max_length=2000, verbose_name="opening")),
            ],
            options={
                "verbose_name": "words of a mail",
                "verbose_name_plural": "words of mails",
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="HistoricalMailWords",
            fields=[
                ("key", models.CharField(db_index=True, editable=False, max_length=60)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("customer-booked", "the booking stands"),
                            ("customer-booked-again", "a cancellation was taken back"),
                            ("customer-requested", "a request waits for an answer"),
                            ("customer-to-pay", "the booking waits for payment"),
                            ("customer-declined", "the request was declined"),
                            ("customer-expired", "the request or payment ran out of time"),
                            ("customer-moved", "the booking has a new time"),
                            ("customer-cancelled", "the booking was cancelled"),
                            ("customer-reminder", "a reminder before the booking"),
                            ("customer-afterwards", "a message after the booking"),
                            ("customer-links", "the links of coming bookings, for who lost them"),
                            ("owner-booked", "the booking stands"),
                            ("owner-booked-again", "a cancellation was taken back"),
                            ("owner-requested", "a request waits for an answer"),
                            ("owner-to-pay", "the booking waits for payment"),
                            ("owner-declined", "the request was declined"),
                            ("owner-expired", "the request or payment ran out of time"),
                            ("owner-moved", "the booking has a new time"),
                            ("owner-left", "the booking moved to somebody else"),
                            ("owner-cancelled", "the booking was cancelled"),
                            ("owner-reminder", "a reminder before the booking"),
                            ("owner-afterwards", "a message after the booking"),
                        ],
                        editable=False,
                        max_length=40,
                    ),
                ),
                ("language", models.CharField(editable=False, max_length=16, verbose_name="language")),
                ("subject", models.CharField(blank=True, max_length=120, verbose_name="subject")),
                ("opening", models.TextField(blank=True, max_length=2000, verbose_name="opening")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical words of a mail",
                "verbose_name_plural": "historical words of mails",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
                "default_permissions": (),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
    ]
