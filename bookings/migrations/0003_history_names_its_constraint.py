"""PostgreSQL tells whoever rewrites history which constraint refused it."""

from django.db import migrations

from bookings.constraints import AppendOnly


def name_it(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    entries = apps.get_model("bookings", "HistoryEntry")
    constraint = next(one for one in entries._meta.constraints if isinstance(one, AppendOnly))
    function, *_triggers = constraint.create_statements(entries, schema_editor)
    schema_editor.execute(function, params=None)


class Migration(migrations.Migration):
    dependencies = [("bookings", "0002_release_0_1_seeds")]
    operations = [migrations.RunPython(name_it, migrations.RunPython.noop)]
