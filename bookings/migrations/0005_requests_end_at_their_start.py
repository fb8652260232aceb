"""Where `confirm_decline` is still as it was seeded, a version whose requests are declined at their start at the latest."""

from datetime import timedelta

from django.db import migrations
from django.utils import timezone


def publish_next_version(apps, schema_editor):
    version_model, state_model, action_model = (
        apps.get_model("bookings", name) for name in ("GraphVersion", "State", "Action")
    )
    versions = version_model.objects.filter(graph__name="confirm_decline")
    seeded = versions.filter(number=1, status="published").first()
    if seeded is None or versions.count() > 1:
        return
    if not action_model.objects.filter(version=seeded, name="decline", automatic_after=None).exists():
        return
    states, actions = (list(model.objects.filter(version=seeded)) for model in (state_model, action_model))
    version_model.objects.filter(pk=seeded.pk).update(status="retired")
    seeded.pk, seeded.number, seeded.published_at = None, 2, timezone.now()
    seeded.save(force_insert=True)
    copies = {None: None}
    for state in states:
        before, state.pk, state.version_id = state.pk, None, seeded.pk
        state.save(force_insert=True)
        copies[before] = state.pk
    for action in actions:
        action.pk, action.version_id = None, seeded.pk
        action.source_id, action.target_id = copies[action.source_id], copies[action.target_id]
        if action.name == "decline":
            action.by_clock, action.automatic_after, action.automatic_from = True, timedelta(), "start"
        action.save(force_insert=True)


class Migration(migrations.Migration):
    dependencies = [("bookings", "0004_messages_have_targets")]
    operations = [migrations.RunPython(publish_next_version, migrations.RunPython.noop)]
