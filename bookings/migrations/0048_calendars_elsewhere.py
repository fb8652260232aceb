"""Calendars elsewhere: what a resource is connected with, and which booking stands where."""

import uuid

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0047_names_are_found_by_their_parts"),
    ]

    operations = [
        migrations.CreateModel(
            name="CalendarEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField()),
                ("key", models.CharField(max_length=40)),
                ("count", models.PositiveIntegerField(default=1)),
                ("event", models.CharField(blank=True, max_length=1000)),
                ("etag", models.CharField(blank=True, max_length=300)),
                ("meeting_url", models.CharField(blank=True, max_length=1000)),
                ("sequence", models.PositiveIntegerField(default=0)),
                ("start", models.DateTimeField(null=True)),
                ("end", models.DateTimeField(null=True)),
                ("digest", models.CharField(blank=True, max_length=64)),
                ("written_at", models.DateTimeField(null=True)),
                ("removed_at", models.DateTimeField(null=True)),
                ("lease_until", models.DateTimeField(null=True)),
                (
                    "conflict",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "none"),
                            ("moved", "moved over there"),
                            ("deleted", "deleted over there"),
                            ("declined", "declined"),
                        ],
                        default="",
                        max_length=10,
                    ),
                ),
                ("their_start", models.DateTimeField(null=True)),
                ("their_end", models.DateTimeField(null=True)),
                ("their_etag", models.CharField(blank=True, max_length=300)),
                ("noticed_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "booking in a calendar elsewhere",
                "verbose_name_plural": "bookings in calendars elsewhere",
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Connection",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("caldav", "CalDAV"),
                            ("ics", "an address that ends in .ics"),
                            ("google", "Google"),
                            ("microsoft", "Microsoft 365"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("address", models.CharField(blank=True, max_length=500, verbose_name="address")),
                ("account", models.CharField(blank=True, max_length=300, verbose_name="account")),
                ("secret", models.TextField(blank=True, editable=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("new", "being connected"),
                            ("works", "connected"),
                            ("fails", "does not answer as it should"),
                            ("signed_out", "signed out: connect again"),
                            ("leaving", "being disconnected"),
                        ],
                        default="new",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("last_error", models.TextField(blank=True, verbose_name="last error")),
                ("remark", models.TextField(blank=True, verbose_name="what could not be read")),
                ("failures", models.PositiveSmallIntegerField(default=0, verbose_name="failures in a row")),
                ("synced_at", models.DateTimeField(null=True, verbose_name="last read")),
                (
                    "next_due_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="next read"
                    ),
                ),
                ("lease_until", models.DateTimeField(null=True, verbose_name="being read until")),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="created"
                    ),
                ),
            ],
            options={
                "verbose_name": "connected calendar",
                "verbose_name_plural": "connected calendars",
                "ordering": ["created_at", "pk"],
            },
        ),
        migrations.AddField(
            model_name="calendar",
            name="cursor",
            field=models.TextField(blank=True, db_default="", default="", editable=False),
        ),
        migrations.AddField(
            model_name="calendar",
            name="provider_access",
            field=models.CharField(
                choices=[("owner", "may be written"), ("reader", "may only be read")],
                db_default="owner",
                default="owner",
                editable=False,
                max_length=10,
                verbose_name="access",
            ),
        ),
        migrations.AddField(
            model_name="calendar",
            name="provider_id",
            field=models.CharField(blank=True, db_default="", default="", editable=False, max_length=1000),
        ),
        migrations.AddField(
            model_name="calendar",
            name="provider_primary",
            field=models.BooleanField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="calendar",
            name="read_whole_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="calendar",
            name="writes",
            field=models.BooleanField(
                db_default=False, default=False, editable=False, verbose_name="takes bookings"
            ),
        ),
        migrations.AddField(
            model_name="event",
            name="remote",
            field=models.CharField(blank=True, db_default="", default="", editable=False, max_length=32),
        ),
        migrations.AddField(
            model_name="historicalproject",
            name="calendar_words",
            field=models.CharField(
                choices=[
                    ("all", "everything: the customer with phone and e-mail, the answers, the description"),
                    ("names", "what is booked and for whom"),
                    ("nothing", "“Booked”, with a link to this site"),
                ],
                db_default="names",
                default="names",
                max_length=10,
                verbose_name="in a connected calendar it says",
            ),
        ),
        migrations.AddField(
            model_name="project",
            name="calendar_words",
            field=models.CharField(
                choices=[
                    ("all", "everything: the customer with phone and e-mail, the answers, the description"),
                    ("names", "what is booked and for whom"),
                    ("nothing", "“Booked”, with a link to this site"),
                ],
                db_default="names",
                default="names",
                max_length=10,
                verbose_name="in a connected calendar it says",
            ),
        ),
        migrations.AddField(
            model_name="resource",
            name="writes_calendar",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.AlterField(
            model_name="calendar",
            name="provider",
            field=models.CharField(
                choices=[
                    ("timekit", "this site"),
                    ("caldav", "CalDAV"),
                    ("ics", "an address that ends in .ics"),
                    ("google", "Google"),
                    ("microsoft", "Microsoft 365"),
                ],
                default="timekit",
                editable=False,
                max_length=20,
                verbose_name="provider",
            ),
        ),
        migrations.AddField(
            model_name="calendarentry",
            name="booking",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="entries",
                to="bookings.booking",
                verbose_name="booking",
            ),
        ),
        migrations.AddField(
            model_name="calendarentry",
            name="calendar",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="entries",
                to="bookings.calendar",
                verbose_name="calendar",
            ),
        ),
        migrations.AddField(
            model_name="connection",
            name="resource",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="connections",
                to="bookings.resource",
                verbose_name="resource",
            ),
        ),
        migrations.AddField(
            model_name="calendar",
            name="connection",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="calendars",
                to="bookings.connection",
            ),
        ),
        migrations.AddIndex(
            model_name="calendarentry",
            index=models.Index(
                condition=models.Q(("conflict", ""), _negated=True),
                fields=["noticed_at"],
                name="entry_in_conflict",
            ),
        ),
        migrations.AddConstraint(
            model_name="calendarentry",
            constraint=models.UniqueConstraint(fields=("calendar", "key"), name="one_entry_per_key"),
        ),
        migrations.AddConstraint(
            model_name="calendarentry",
            constraint=models.UniqueConstraint(
                fields=("uid", "calendar"), name="one_entry_per_booking_and_calendar"
            ),
        ),
        migrations.AddIndex(
            model_name="connection",
            index=models.Index(fields=["next_due_at"], name="connection_by_due"),
        ),
    ]
