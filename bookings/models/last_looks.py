"""How far each member of staff has seen what came in."""

from django.conf import settings
from django.db import models


class LastLook(models.Model):
    """What a member of staff has seen of the history: entries up to a number.

    ``since_…`` is what they had seen before the present sitting, from which on a page tells them what is new;
    ``seen_…`` is what the last page told them.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="last_look"
    )
    since_at = models.DateTimeField()
    since_entry = models.BigIntegerField()
    seen_at = models.DateTimeField()
    seen_entry = models.BigIntegerField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.user_id)
