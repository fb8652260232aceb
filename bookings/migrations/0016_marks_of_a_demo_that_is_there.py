"""A demo that an older release made is recognised by what it wrote then."""

from django.db import migrations

MAIL_DOMAIN = "demo.example"


def mark(apps, schema_editor):
    row_model = apps.get_model("bookings", "DemoRow")
    resource, project, location, key = (
        apps.get_model("bookings", name) for name in ("Resource", "Project", "Location", "ApiKey")
    )
    if not resource.objects.filter(meta__demo=True).exists():
        return
    found = [("resource", row.slug, row) for row in resource.objects.filter(meta__demo=True)]
    found += [("project", row.slug, row) for row in project.objects.filter(meta__demo=True)]
    found += [("location", row.name, row) for row in location.objects.filter(meta__demo=True)]
    found += [("key", row.kind, row) for row in key.objects.filter(name="Demo")]
    users = apps.get_model("auth", "User").objects.filter(email__endswith=f"@{MAIL_DOMAIN}")
    found += [("user", row.username.removeprefix("demo-"), row) for row in users]
    row_model.objects.bulk_create(
        [row_model(kind=kind, name=name[:80], row=str(row.pk)) for kind, name, row in found],
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0015_sites_have_a_country_and_the_demo_is_marked"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]
    operations = [migrations.RunPython(mark, migrations.RunPython.noop)]
