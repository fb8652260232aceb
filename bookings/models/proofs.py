"""Proofs of work that were spent."""

from datetime import datetime

from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from bookings import sql


class SpentProofManager(models.Manager["SpentProof"]):
    def spend(self, digest: str, expires_at: datetime) -> bool:
        """Note a proof as spent; False where it was before, or has expired by the database's clock."""
        table = connection.ops.quote_name(self.model._meta.db_table)
        until = sql.stored(self.model, "expires_at", expires_at)
        mark = "%s::timestamptz" if sql.is_postgresql() else "%s"
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {table} (digest, expires_at) SELECT %s, {mark} WHERE {mark} > {sql.now()} "
                "ON CONFLICT (digest) DO NOTHING",
                [digest, until, until],
            )
            return bool(cursor.rowcount == 1)


class SpentProof(models.Model):
    """A solution that lifted a cap once; kept until its challenge would have expired."""

    digest = models.CharField(max_length=64)
    expires_at = models.DateTimeField(db_index=True)

    objects = SpentProofManager()

    class Meta:
        verbose_name = _("spent proof of work")
        verbose_name_plural = _("spent proofs of work")
        constraints = [models.UniqueConstraint(fields=["digest"], name="a_proof_is_spent_once")]

    def __str__(self) -> str:
        return self.digest
