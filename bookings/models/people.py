"""Who comes: a person, whom bookings join once they are made; nothing of a booking depends on it."""

from __future__ import annotations

from typing import Any

from django.db import connection, models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from bookings import people_keys, sql
from bookings.constraints import RaisesConfigVersion
from bookings.models.bookings import Booking
from bookings.models.recorded import Recorded

NAMES_BY_PARTS = "person_by_parts_of_name"
"""The trigram index, which PostgreSQL has where pg_trgm could be had."""
_LAST = "\U0010ffff"


def beginning(column: str, text: str) -> Q:
    """The condition that a column begins so, along its index: SQLite's ``LIKE`` uses none."""
    if sql.is_postgresql():
        return Q(**{f"{column}__startswith": text})
    return Q(**{f"{column}__gte": text, f"{column}__lt": text + _LAST})


def knows_parts_of_names() -> bool:
    """Whether names are found by any part of them; else by how they or their last words begin."""
    if not sql.is_postgresql():
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [NAMES_BY_PARTS])
        return bool(cursor.fetchone()[0])


class PersonQuerySet(models.QuerySet["Person"]):
    def named(self, text: str) -> PersonQuerySet:
        """With such a name: each word is a part of it, or where no index knows parts, it begins so."""
        words = people_keys.words(text)
        if not words:
            return self.none()
        if knows_parts_of_names() and max(map(len, words)) > 2:
            return self.filter(*(Q(name_key__contains=word) for word in words))
        whole = " ".join(words)
        return self.filter(beginning("name_key", whole) | beginning("last_key", whole))

    def reached_at(self, address: str) -> PersonQuerySet:
        """With an address (an e-mail in small letters, a number in E.164) that begins so."""
        return self.filter(pk__in=PersonAddress.objects.filter(beginning("value", address)).values("person"))

    def of_reference(self, reference: str) -> PersonQuerySet:
        """Whose booking has that reference, whatever its capitals."""
        # A visit that was moved keeps its reference, and only the first of them is in the index.
        first = Booking.objects.live().filter(reference=reference.upper(), continues=None)
        return self.filter(bookings__booking__in=first)

    def without_bookings(self) -> PersonQuerySet:
        return self.filter(bookings=None)


class Person(models.Model):
    """Made and joined by the worker; ``name``, ``email`` and ``phone`` are as they were first typed."""

    name = models.CharField(_("name"), max_length=200)
    name_key = models.CharField(max_length=200, editable=False)
    last_key = models.CharField(max_length=200, editable=False)
    email = models.CharField(_("e-mail"), max_length=254, blank=True)
    phone = models.CharField(_("telephone"), max_length=60, blank=True)
    language = models.CharField(_("language"), max_length=16, blank=True)
    also = models.CharField(
        _("also known as"),
        max_length=500,
        blank=True,
        help_text=_("Names of those who turned out to be the same."),
    )
    note = models.TextField(_("note"), max_length=5000, blank=True, help_text=_("For staff alone."))
    created_at = models.DateTimeField(_("known since"), db_default=Now(), editable=False)

    history = Recorded(excluded_fields=["name_key", "last_key", "created_at"])
    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        permissions = [("merge_person", "Can merge and split people"), ("block_person", "Can block people")]
        indexes = [
            models.Index(fields=["name_key"], name="person_by_name", opclasses=["varchar_pattern_ops"]),
            models.Index(fields=["last_key"], name="person_by_last_name", opclasses=["varchar_pattern_ops"]),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """By staff, whose first change leaves a copy of how the worker made the row."""
        self.set_keys()
        if self.pk and not Person.history.filter(id=self.pk).exists():
            before = Person.objects.get(pk=self.pk)
            Person.history.bulk_history_create([before], default_date=before.created_at)
        super().save(*args, **kwargs)

    def set_keys(self) -> None:
        """Have the person found by the name as it is now."""
        words = people_keys.words(self.name)
        self.name_key = " ".join(words)[:200]
        self.last_key = " ".join([*words[-1:], *words[:-1]])[:200]


class PersonAddress(models.Model):
    """An address under a name (its key): whoever books under both is that person."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="addresses")
    value = models.CharField(max_length=254)
    name_key = models.CharField(max_length=200)

    class Meta:
        verbose_name = _("address of a person")
        verbose_name_plural = _("addresses of people")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["value", "name_key"], name="address_and_name_are_one_person")
        ]
        indexes = [
            models.Index(fields=["value"], name="person_by_address", opclasses=["varchar_pattern_ops"])
        ]

    def __str__(self) -> str:
        return self.value

    @property
    def is_phone(self) -> bool:
        return "@" not in self.value


class PersonBooking(models.Model):
    """Whose a booking is.  A row of its own, so that neither booking nor customer is written again."""

    booking = models.OneToOneField(Booking, models.CASCADE, primary_key=True, related_name="joined")
    person = models.ForeignKey(Person, models.CASCADE, related_name="bookings")

    class Meta:
        verbose_name = _("booking of a person")
        verbose_name_plural = _("bookings of people")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.booking_id)


class PersonProposal(models.Model):
    """Two who may be one: the same ``address`` under another name, or one name whose addresses met in a booking."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="proposals")
    other = models.ForeignKey(Person, models.CASCADE, related_name="proposed_by")
    address = models.CharField(max_length=254)
    settled = models.BooleanField(db_default=False, default=False)
    """Whether staff said that they are two."""

    class Meta:
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["person", "other"], name="proposed_once")]
        indexes = [models.Index(fields=["-id"], name="proposals_open", condition=Q(settled=False))]

    def __str__(self) -> str:
        return self.address


class Block(models.Model):
    """A person whom nobody may book online for; counts what was tried since."""

    person = models.OneToOneField(Person, models.CASCADE, related_name="block")
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    since = models.DateTimeField(_("since"), db_default=Now(), editable=False)
    tries = models.PositiveIntegerField(_("attempts"), db_default=0, default=0, editable=False)
    tried_at = models.DateTimeField(_("last attempt"), null=True, editable=False)
    tried_for = models.CharField(_("attempt for"), max_length=300, blank=True, default="", editable=False)

    history = Recorded(excluded_fields=["since", "tries", "tried_at", "tried_for"])

    class Meta:
        verbose_name = _("block")
        verbose_name_plural = _("blocks")
        default_permissions = ()
        constraints = [RaisesConfigVersion(name="block_raises_version", of=["person"])]

    def __str__(self) -> str:
        return self.reason


class JoinedUpTo(models.Model):
    """How far the worker has read history to join bookings to people; its one row is also the lock of people."""

    entry = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = "joined up to"
        verbose_name_plural = "joined up to"
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="joined_up_to_is_one_row")]

    def __str__(self) -> str:
        return str(self.entry)
