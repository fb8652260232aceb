"""The version of what staff set up, by which a process knows whether what it remembers of that is still true."""

from django.db import models


class ConfigVersion(models.Model):
    """One share of the version; all of them together are it.

    The database itself writes a share, with a value that was never there, in whatever transaction changes a row of
    which a booking, a search or a page is made (``RaisesConfigVersion``).  A transaction of PostgreSQL writes the share
    of its process, SQLite the first.
    """

    id = models.PositiveSmallIntegerField(primary_key=True)
    version = models.UUIDField()

    class Meta:
        verbose_name = "version of the configuration"
        verbose_name_plural = "versions of the configuration"
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.version)
