"""What staff let mails say in place of our own words."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import models
from django.utils.translation import gettext_lazy as _

from bookings.models.recorded import Recorded
from bookings.typed_fields import LineField

LONGEST_SUBJECT = 120
LONGEST_OPENING = 2000


class MailKind(models.TextChoices):
    """Each mail by its reader and by what it tells; the first part of a value is the reader."""

    CUSTOMER_BOOKED = "customer-booked", _("the booking stands")
    CUSTOMER_BOOKED_AGAIN = "customer-booked-again", _("a cancellation was taken back")
    CUSTOMER_REQUESTED = "customer-requested", _("a request waits for an answer")
    CUSTOMER_TO_PAY = "customer-to-pay", _("the booking waits for payment")
    CUSTOMER_DECLINED = "customer-declined", _("the request was declined")
    CUSTOMER_EXPIRED = "customer-expired", _("the request or payment ran out of time")
    CUSTOMER_MOVED = "customer-moved", _("the booking has a new time")
    CUSTOMER_CANCELLED = "customer-cancelled", _("the booking was cancelled")
    CUSTOMER_REMINDER = "customer-reminder", _("a reminder before the booking")
    CUSTOMER_AFTERWARDS = "customer-afterwards", _("a message after the booking")
    CUSTOMER_LINKS = "customer-links", _("the links of coming bookings, for who lost them")
    OWNER_BOOKED = "owner-booked", _("the booking stands")
    OWNER_BOOKED_AGAIN = "owner-booked-again", _("a cancellation was taken back")
    OWNER_REQUESTED = "owner-requested", _("a request waits for an answer")
    OWNER_TO_PAY = "owner-to-pay", _("the booking waits for payment")
    OWNER_DECLINED = "owner-declined", _("the request was declined")
    OWNER_EXPIRED = "owner-expired", _("the request or payment ran out of time")
    OWNER_MOVED = "owner-moved", _("the booking has a new time")
    OWNER_LEFT = "owner-left", _("the booking moved to somebody else")
    OWNER_CANCELLED = "owner-cancelled", _("the booking was cancelled")
    OWNER_REMINDER = "owner-reminder", _("a reminder before the booking")
    OWNER_AFTERWARDS = "owner-afterwards", _("a message after the booking")

    @classmethod
    def of(cls, who: str, what: str) -> MailKind:
        """The mail to ``customer`` or ``owner`` that tells ``what``: a value of ``Mail``, say."""
        return cls(f"{who}-{what}".replace("_", "-"))

    @property
    def who(self) -> str:
        """``customer`` or ``owner``."""
        return self.value.partition("-")[0]

    @property
    def what(self) -> str:
        """What it tells, as ``Mail`` spells it."""
        return self.value.partition("-")[2].replace("-", "_")


class MailWords(models.Model):
    """Subject and opening of one kind of mail in one language; what is empty is said in our own words.

    In both, ``{name}`` stands for what a booking has: see ``bookings.effects.placeholders``.
    """

    key = models.CharField(max_length=60, primary_key=True, editable=False)
    kind = models.CharField(max_length=40, choices=MailKind.choices, editable=False)
    language = models.CharField(_("language"), max_length=16, editable=False)
    subject = LineField(_("subject"), max_length=LONGEST_SUBJECT, blank=True)
    opening = models.TextField(_("opening"), max_length=LONGEST_OPENING, blank=True)

    history = Recorded()

    class Meta:
        verbose_name = _("words of a mail")
        verbose_name_plural = _("words of mails")
        default_permissions = ()  # whoever may change the site may change them

    def __str__(self) -> str:
        return str(MailKind(self.kind).label)

    @classmethod
    def of(cls, kind: MailKind, language: str) -> MailWords:
        """The words of a mail in a language: the row, or an empty one that is not saved yet."""
        key = cls.key_of(kind, language)
        return cls.objects.filter(pk=key).first() or cls(key=key, kind=kind, language=language)

    @staticmethod
    def key_of(kind: MailKind, language: str) -> str:
        return f"{kind}.{language}"

    @classmethod
    def keys_with_own_words(cls) -> Iterable[str]:
        """The keys of those that say anything.  One query."""
        own = cls.objects.exclude(subject="", opening="")
        return own.values_list("key", flat=True)
