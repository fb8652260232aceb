"""Where a project has one option, a resource's own length and price move to the row where both meet."""

from django.db import migrations
from django.db.models import Count


def move(apps, schema_editor):
    """With several options, a resource's length counted for each of them, whatever it was.

    There the options' own count from now on; the resource keeps what it said, and the doctor lists it.
    """
    option, link, row = (
        apps.get_model("bookings", name) for name in ("Option", "ProjectResource", "OptionResource")
    )
    alone = option.objects.order_by().values("project").annotate(number=Count("pk")).filter(number=1)
    options = dict(option.objects.filter(project__in=alone.values("project")).values_list("project", "pk"))
    saying = link.objects.filter(project__in=options).exclude(length=None, price=None)
    row.objects.bulk_create(
        [
            row(option_id=options[each.project_id], link=each, length=each.length, price=each.price)
            for each in saying
        ]
    )
    link.objects.filter(project__in=options).update(length=None, price=None)


class Migration(migrations.Migration):
    dependencies = [("bookings", "0017_options_meet_resources")]
    operations = [migrations.RunPython(move, migrations.RunPython.noop)]
