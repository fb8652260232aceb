"""How often something was counted: requests, and limits that bit."""

from datetime import datetime

from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from bookings import sql

BITES = "limit:"
"""What begins the ``who`` of a limit that bit."""


class RequestCountManager(models.Manager["RequestCount"]):
    def add(self, who: str, window: datetime, amount: int) -> int:
        """Add to the row of ``who`` in one atomic statement and return the sum of all processes."""
        table = connection.ops.quote_name(self.model._meta.db_table)
        with connection.cursor() as cursor:
            cursor.execute(
                f'INSERT INTO {table} ("who", "window", "count") VALUES (%s, %s, %s) '  # noqa: S608  # no input
                f'ON CONFLICT ("who", "window") DO UPDATE SET "count" = {table}."count" + EXCLUDED."count" '
                'RETURNING "count"',
                [who, sql.stored(self.model, "window", window), amount],
            )
            return int(cursor.fetchone()[0])


class RequestCount(models.Model):
    """How often ``who`` was counted in the time that begins at ``window``.

    A key's or an address's requests by the minute; of a limit (see ``bookings.bites``) how often it bit in an hour.
    """

    who = models.CharField(max_length=80)
    window = models.DateTimeField(db_index=True)
    count = models.PositiveIntegerField(default=0)

    objects = RequestCountManager()

    class Meta:
        verbose_name = _("request count")
        verbose_name_plural = _("request counts")
        constraints = [models.UniqueConstraint(fields=["who", "window"], name="one_count_per_minute")]

    def __str__(self) -> str:
        return self.who
