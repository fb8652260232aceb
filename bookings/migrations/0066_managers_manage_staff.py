"""Managers invite and change members of staff who may no more than they do."""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

from bookings.roles import allow_managing_staff


def allow(apps, schema_editor):
    create_permissions(
        installed.get_app_config("bookings"), verbosity=0, using=schema_editor.connection.alias, apps=apps
    )
    allow_managing_staff(apps.get_model("auth", "Group"), apps.get_model("auth", "Permission"))


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("bookings", "0063_calendars_say_what_is_not_read"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="stafflimit",
            options={
                "default_permissions": (),
                "permissions": [("manage_staff", "Can manage members of staff")],
                "verbose_name": "limit of a member of staff",
                "verbose_name_plural": "limits of members of staff",
            },
        ),
        migrations.RunPython(allow, migrations.RunPython.noop),
    ]
