"""People, whom bookings join: tables of their own, so that nothing of a booking is written again."""

import django.db.models.deletion
import django.db.models.functions.datetime
import simple_history.models
from django.apps import apps as installed
from django.conf import settings
from django.contrib.auth.management import create_permissions
from django.db import migrations, models

from bookings.roles import allow_people


def allow(apps, schema_editor):
    create_permissions(
        installed.get_app_config("bookings"), verbosity=0, using=schema_editor.connection.alias, apps=apps
    )
    allow_people(apps.get_model("auth", "Group"), apps.get_model("auth", "Permission"))


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0045_what_the_desk_looks_up_has_indexes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="HistoricalPerson",
            fields=[
                (
                    "id",
                    models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID"),
                ),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("email", models.CharField(blank=True, max_length=254, verbose_name="e-mail")),
                ("phone", models.CharField(blank=True, max_length=60, verbose_name="telephone")),
                ("language", models.CharField(blank=True, max_length=16, verbose_name="language")),
                (
                    "also",
                    models.CharField(
                        blank=True,
                        help_text="Names of those who turned out to be the same.",
                        max_length=500,
                        verbose_name="also known as",
                    ),
                ),
                (
                    "note",
                    models.TextField(
                        blank=True, help_text="For staff alone.", max_length=5000, verbose_name="note"
                    ),
                ),
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
                "verbose_name": "historical person",
                "verbose_name_plural": "historical people",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
                "default_permissions": (),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="JoinedUpTo",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("entry", models.BigIntegerField(default=0)),
            ],
            options={
                "verbose_name": "joined up to",
                "verbose_name_plural": "joined up to",
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("pk", 1)), name="joined_up_to_is_one_row")
                ],
            },
        ),
        migrations.CreateModel(
            name="Person",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("name_key", models.CharField(editable=False, max_length=200)),
                ("last_key", models.CharField(editable=False, max_length=200)),
                ("email", models.CharField(blank=True, max_length=254, verbose_name="e-mail")),
                ("phone", models.CharField(blank=True, max_length=60, verbose_name="telephone")),
                ("language", models.CharField(blank=True, max_length=16, verbose_name="language")),
                (
                    "also",
                    models.CharField(
                        blank=True,
                        help_text="Names of those who turned out to be the same.",
                        max_length=500,
                        verbose_name="also known as",
                    ),
                ),
                (
                    "note",
                    models.TextField(
                        blank=True, help_text="For staff alone.", max_length=5000, verbose_name="note"
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                        verbose_name="known since",
                    ),
                ),
            ],
            options={
                "verbose_name": "person",
                "verbose_name_plural": "people",
                "permissions": [
                    ("merge_person", "Can merge and split people"),
                    ("block_person", "Can block people"),
                ],
                "indexes": [
                    models.Index(
                        fields=["name_key"], name="person_by_name", opclasses=["varchar_pattern_ops"]
                    ),
                    models.Index(
                        fields=["last_key"], name="person_by_last_name", opclasses=["varchar_pattern_ops"]
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoricalBlock",
            fields=[
                (
                    "id",
                    models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID"),
                ),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="reason")),
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
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="bookings.person",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical block",
                "verbose_name_plural": "historical blocks",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
                "default_permissions": (),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="Block",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="reason")),
                (
                    "since",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                        verbose_name="since",
                    ),
                ),
                (
                    "tries",
                    models.PositiveIntegerField(
                        db_default=0, default=0, editable=False, verbose_name="attempts"
                    ),
                ),
                ("tried_at", models.DateTimeField(editable=False, null=True, verbose_name="last attempt")),
                (
                    "tried_for",
                    models.CharField(
                        blank=True, default="", editable=False, max_length=300, verbose_name="attempt for"
                    ),
                ),
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="block",
                        to="bookings.person",
                    ),
                ),
            ],
            options={
                "verbose_name": "block",
                "verbose_name_plural": "blocks",
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="PersonBooking",
            fields=[
                (
                    "booking",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="joined",
                        serialize=False,
                        to="bookings.booking",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="bookings",
                        to="bookings.person",
                    ),
                ),
            ],
            options={
                "verbose_name": "booking of a person",
                "verbose_name_plural": "bookings of people",
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="PersonAddress",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("value", models.CharField(max_length=254)),
                ("name_key", models.CharField(max_length=200)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="addresses",
                        to="bookings.person",
                    ),
                ),
            ],
            options={
                "verbose_name": "address of a person",
                "verbose_name_plural": "addresses of people",
                "default_permissions": (),
                "indexes": [
                    models.Index(
                        fields=["value"], name="person_by_address", opclasses=["varchar_pattern_ops"]
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("value", "name_key"), name="address_and_name_are_one_person"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PersonProposal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("address", models.CharField(max_length=254)),
                ("settled", models.BooleanField(db_default=False, default=False)),
                (
                    "other",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="proposed_by",
                        to="bookings.person",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="proposals",
                        to="bookings.person",
                    ),
                ),
            ],
            options={
                "verbose_name": "proposal",
                "verbose_name_plural": "proposals",
                "default_permissions": (),
                "indexes": [
                    models.Index(
                        condition=models.Q(("settled", False)), fields=["-id"], name="proposals_open"
                    )
                ],
                "constraints": [models.UniqueConstraint(fields=("person", "other"), name="proposed_once")],
            },
        ),
        migrations.RunPython(allow, migrations.RunPython.noop),
    ]
