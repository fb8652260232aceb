"""Webhooks keep a log of their calls, and one whose address is dead is paused."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0039_returned_mails_are_found"),
    ]

    operations = [
        migrations.CreateModel(
            name="WebhookCall",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("message_id", models.BigIntegerField()),
                ("call_id", models.CharField(max_length=40, verbose_name="webhook-id")),
                ("booking_id", models.UUIDField(null=True)),
                ("at", models.DateTimeField(db_index=True, verbose_name="time")),
                ("url", models.CharField(max_length=1000, verbose_name="address")),
                ("method", models.CharField(max_length=4, verbose_name="method")),
                ("payload", models.TextField(blank=True, verbose_name="what was sent")),
                ("status", models.PositiveSmallIntegerField(null=True, verbose_name="status")),
                ("answer", models.TextField(blank=True, verbose_name="what came back")),
                ("error", models.TextField(blank=True, verbose_name="what went wrong")),
                ("milliseconds", models.PositiveIntegerField(verbose_name="milliseconds")),
                ("is_test", models.BooleanField(default=False, verbose_name="test")),
            ],
            options={
                "verbose_name": "call of a webhook",
                "verbose_name_plural": "calls of webhooks",
                "ordering": ["-pk"],
            },
        ),
        migrations.AddField(
            model_name="webhook",
            name="failing_since",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="failing since"),
        ),
        migrations.AddField(
            model_name="webhook",
            name="paused_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="paused"),
        ),
        migrations.AddField(
            model_name="webhookcall",
            name="webhook",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="calls",
                to="bookings.webhook",
                verbose_name="webhook",
            ),
        ),
        migrations.AddIndex(
            model_name="webhookcall",
            index=models.Index(fields=["webhook", "-id"], name="calls_of_a_webhook"),
        ),
        migrations.AddIndex(
            model_name="webhookcall",
            index=models.Index(fields=["booking_id"], name="calls_by_booking"),
        ),
    ]
