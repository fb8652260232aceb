"""What only test keys see: resources, projects, locations, webhooks, and what is booked and held of them."""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def mark_test_keys(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Of keys whose value is known; a server key tells what it is when it is used."""
    apps.get_model("bookings", "ApiKey").objects.filter(value__startswith="test_").update(is_test=True)


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0034_pictures_marks_and_accents"),
    ]

    operations = [
        migrations.CreateModel(
            name="SandboxRow",
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
                            ("calendar", "Calendar"),
                            ("event", "Event"),
                            ("webhook", "Webhook"),
                        ],
                        max_length=10,
                    ),
                ),
                ("row", models.CharField(max_length=36)),
            ],
            options={
                "verbose_name": "row of the sandbox",
                "verbose_name_plural": "rows of the sandbox",
                "default_permissions": (),
            },
        ),
        migrations.AddConstraint(
            model_name="sandboxrow",
            constraint=models.UniqueConstraint(fields=("kind", "row"), name="a_row_is_the_sandboxs_once"),
        ),
        migrations.AddField(
            model_name="apikey",
            name="is_test",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="Begins with test_, and sees only what is for tests.",
                verbose_name="for tests",
            ),
        ),
        migrations.AddField(
            model_name="booking",
            name="is_test",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.AddField(
            model_name="historicallocation",
            name="is_test",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="Only test keys of the API see and book it; nobody is mailed, and nothing counts it.",
                verbose_name="for tests",
            ),
        ),
        migrations.AddField(
            model_name="historicalproject",
            name="is_test",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="Only test keys of the API see and book it; nobody is mailed, and nothing counts it.",
                verbose_name="for tests",
            ),
        ),
        migrations.AddField(
            model_name="historicalresource",
            name="is_test",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="Only test keys of the API see and book it; nobody is mailed, and nothing counts it.",
                verbose_name="for tests",
            ),
        ),
        migrations.AddField(
            model_name="historicalwebhook",
            name="is_test",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="Only test keys of the API see and book it; nobody is mailed, and nothing counts it.",
                verbose_name="for tests",
            ),
        ),
        migrations.AddField(
            model_name="location",
            name="is_test",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="Only test keys of the API see and book it; nobody is mailed, and nothing counts it.",
                verbose_name="for tests",
            ),
        ),
        migrations.AddField(
            model_name="project",
            name="is_test",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="Only test keys of the API see and book it; nobody is mailed, and nothing counts it.",
                verbose_name="for tests",
            ),
        ),
        migrations.AddField(
            model_name="reservation",
            name="is_test",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.AddField(
            model_name="resource",
            name="is_test",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="Only test keys of the API see and book it; nobody is mailed, and nothing counts it.",
                verbose_name="for tests",
            ),
        ),
        migrations.AddField(
            model_name="webhook",
            name="is_test",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="Only test keys of the API see and book it; nobody is mailed, and nothing counts it.",
                verbose_name="for tests",
            ),
        ),
        migrations.RunPython(mark_test_keys, migrations.RunPython.noop),
    ]
