"""The roles of staff: desk, manager and designer."""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

from bookings.roles import ROLES, make_roles


def add_roles(apps, schema_editor):
    # Django makes permissions after the last migration, which is too late for groups that hold them.
    create_permissions(
        installed.get_app_config("bookings"), verbosity=0, using=schema_editor.connection.alias, apps=apps
    )
    make_roles(apps.get_model("auth", "Group"), apps.get_model("auth", "Permission"))


def remove_roles(apps, schema_editor):
    apps.get_model("auth", "Group").objects.filter(name__in=ROLES).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0002_seeded_graphs"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(add_roles, remove_roles)]
