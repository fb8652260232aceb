"""Write the triggers of history anew where PostgreSQL let it be emptied by TRUNCATE; SQLite has no such statement."""

from django.db import migrations


def write_triggers_anew(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    model = apps.get_model("bookings", "HistoryEntry")
    (constraint,) = model._meta.constraints
    constraint.remove_sql(model, schema_editor)
    constraint.create_sql(model, schema_editor)


class Migration(migrations.Migration):
    dependencies = [("bookings", "0006_searches_read_the_index_alone")]

    operations = [migrations.RunPython(write_triggers_anew, migrations.RunPython.noop)]
