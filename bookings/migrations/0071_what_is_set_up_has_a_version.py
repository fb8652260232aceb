"""A version of what staff set up, which the database raises with every change, proves what processes remember."""

import uuid

from django.db import migrations, models

import bookings.constraints


def begin(apps, schema_editor):
    """Until somebody changes something it has a value, too: what has none is not remembered."""
    apps.get_model("bookings", "ConfigVersion").objects.create(pk=0, version=uuid.uuid4())


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0069_holds_are_listed_by_their_age"),
    ]

    operations = [
        migrations.CreateModel(
            name="ConfigVersion",
            fields=[
                ("id", models.PositiveSmallIntegerField(primary_key=True, serialize=False)),
                ("version", models.UUIDField()),
            ],
            options={
                "verbose_name": "version of the configuration",
                "verbose_name_plural": "versions of the configuration",
                "default_permissions": (),
            },
        ),
        migrations.RunPython(begin, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="apikey",
            constraint=bookings.constraints.RaisesConfigVersion(
                name="key_raises_version",
                of=("kind", "name", "is_test", "digest", "value", "origins", "revoked_at"),
            ),
        ),
        migrations.AddConstraint(
            model_name="apikey",
            constraint=bookings.constraints.RaisesConfigVersion(
                name="key_project_raises_version", links="bookings_apikey_projects"
            ),
        ),
        migrations.AddConstraint(
            model_name="block",
            constraint=bookings.constraints.RaisesConfigVersion(name="block_raises_version", of=("person",)),
        ),
        migrations.AddConstraint(
            model_name="calendar",
            constraint=bookings.constraints.RaisesConfigVersion(
                name="calendar_raises_version", of=("resource", "primary")
            ),
        ),
        migrations.AddConstraint(
            model_name="datedhours",
            constraint=bookings.constraints.RaisesConfigVersion(name="dated_hours_raise_version"),
        ),
        migrations.AddConstraint(
            model_name="graph",
            constraint=bookings.constraints.RaisesConfigVersion(name="graph_raises_version"),
        ),
        migrations.AddConstraint(
            model_name="graphversion",
            constraint=bookings.constraints.RaisesConfigVersion(name="graph_version_raises_version"),
        ),
        migrations.AddConstraint(
            model_name="location",
            constraint=bookings.constraints.RaisesConfigVersion(name="location_raises_version"),
        ),
        migrations.AddConstraint(
            model_name="option",
            constraint=bookings.constraints.RaisesConfigVersion(name="option_raises_version"),
        ),
        migrations.AddConstraint(
            model_name="optionresource",
            constraint=bookings.constraints.RaisesConfigVersion(name="option_row_raises_version"),
        ),
        migrations.AddConstraint(
            model_name="project",
            constraint=bookings.constraints.RaisesConfigVersion(name="project_raises_version"),
        ),
        migrations.AddConstraint(
            model_name="projectresource",
            constraint=bookings.constraints.RaisesConfigVersion(name="link_raises_version"),
        ),
        migrations.AddConstraint(
            model_name="resource",
            constraint=bookings.constraints.RaisesConfigVersion(name="resource_raises_version"),
        ),
        migrations.AddConstraint(
            model_name="weeklyhours",
            constraint=bookings.constraints.RaisesConfigVersion(name="weekly_hours_raise_version"),
        ),
    ]
