"""Customers' requests for slots, following a graph."""

import hashlib
import secrets
import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bookings.models.booking_queries import BookingQuerySet, Meeting
from bookings.models.graphs import GraphVersion, State
from bookings.models.keys import ApiKey
from bookings.models.options import Option
from bookings.models.projects import Project
from bookings.models.resources import Calendar, Resource
from bookings.models.series import Series
from bookings.typed_fields import PriceField
from bookings.validators import LONGEST_LINK, validate_list, validate_object

AGENT_UNDO = timedelta(minutes=30)
"""How long a customer may undo what an assistant booked or moved, whatever the cut-off says."""
# No 0/O, 1/I/L, U/V, 5/S, 2/Z, 8/B: it is read out on the phone.
REFERENCE_LETTERS = "ACDEFGHJKMNPQRTWXY3479"


def new_reference() -> str:
    """Seven characters to be read out on the phone: 22**7, 2.5 thousand million of them."""
    letters = len(REFERENCE_LETTERS)
    number = secrets.randbelow(letters**7)
    return "".join(REFERENCE_LETTERS[number // letters**place % letters] for place in range(7))


def new_nonce() -> str:
    return secrets.token_urlsafe(12)


_RENEWED = "renewed:"


def renewed_form(token: str) -> str:
    """What stands in the place of a form's token once the booking's links were renewed."""
    return f"{_RENEWED}{hashlib.sha256(token.encode()).hexdigest()[:56]}"


class Booking(models.Model):
    """A request for ``[start, end)`` of a resource, made by a customer, through any door.

    ``state``, ``due_at``, ``seats_taken`` and the times are written by ``bookings.lifecycle`` alone.  The settings that
    were in force when it was made stand in columns, so that later edits of a project do not rewrite history.
    """

    class Attendance(models.TextChoices):
        UNKNOWN = "unknown", _("unknown")
        ARRIVED = "arrived", _("arrived")
        NO_SHOW = "no_show", _("did not come")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(_("reference"), max_length=8, default=new_reference, editable=False)
    nonce = models.CharField(max_length=24, default=new_nonce, editable=False)
    # Resource, project and state without an index of their own: each begins one below.
    resource = models.ForeignKey(
        Resource, models.PROTECT, related_name="bookings", verbose_name=_("resource"), db_index=False
    )
    companions: "models.ManyToManyField[Resource, models.Model]" = models.ManyToManyField(
        Resource,
        related_name="accompanied",
        blank=True,
        verbose_name=_("also takes"),
        help_text=_("In a project in mode mutual: the other resources whose time it takes."),
    )
    project = models.ForeignKey(
        Project,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="bookings",
        verbose_name=_("project"),
        db_index=False,
    )
    option = models.ForeignKey(
        Option, models.SET_NULL, null=True, blank=True, related_name="bookings", verbose_name=_("option")
    )
    price = PriceField(_("price"), null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    state = models.ForeignKey(
        State, models.PROTECT, related_name="bookings", verbose_name=_("state"), db_index=False
    )
    version = models.ForeignKey(
        GraphVersion, models.PROTECT, related_name="bookings", verbose_name=_("graph version")
    )
    state_entered_at = models.DateTimeField(_("in this state since"))
    due_at = models.DateTimeField(_("next automatic action"), null=True, blank=True, editable=False)
    start = models.DateTimeField(_("start"))
    end = models.DateTimeField(_("end"))
    buffer_before = models.DurationField(_("buffer before"), default=timedelta)
    buffer_after = models.DurationField(_("buffer after"), default=timedelta)
    what = models.CharField(_("what"), max_length=500, blank=True)
    where = models.CharField(_("where"), max_length=500, blank=True)
    description = models.TextField(_("description"), blank=True)
    calendar = models.ForeignKey(
        Calendar, models.SET_NULL, null=True, blank=True, related_name="bookings", verbose_name=_("calendar")
    )
    invite = models.BooleanField(_("invite"), default=False)
    participants = models.JSONField(_("participants"), default=list, blank=True, validators=[validate_list])
    my_rsvp = models.CharField(_("own answer"), max_length=20, default="accepted")
    meeting = models.CharField(
        _("video meeting"),
        max_length=10,
        choices=Meeting.choices,
        blank=True,
        default=Meeting.NONE,
        db_default=Meeting.NONE,
    )
    """A seat has its session's."""
    meeting_url = models.CharField(max_length=LONGEST_LINK, blank=True, default="", db_default="")
    """Its link, once there is one; whoever tells of it asks for ``meeting_link``."""
    meta = models.JSONField(_("meta"), default=dict, blank=True, validators=[validate_object])
    allow_double_bookings = models.BooleanField(_("may overlap"), default=False)
    overstepped = models.CharField(_("reason for an overlap"), max_length=500, blank=True)
    ignore_all_day_events = models.BooleanField(default=False, editable=False)
    max_seats = models.PositiveIntegerField(_("seats"), null=True, blank=True)
    seats_taken = models.PositiveIntegerField(_("seats taken"), default=0)
    session = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="seats", verbose_name=_("session")
    )
    places = models.PositiveIntegerField(
        _("places"), default=1, db_default=1, help_text=_("How many seats of its session it takes.")
    )
    min_booking_time = models.DurationField(_("notice"), null=True, blank=True)
    max_booking_time = models.DurationField(_("horizon"), null=True, blank=True)
    min_cancel_time = models.DurationField(_("cut-off"), null=True, blank=True)
    waives_cut_off = models.BooleanField(default=False, db_default=False, editable=False)
    """Staff or the owner moved it: until it begins its customer may change or cancel what they did not choose."""
    by_agent = models.BooleanField(default=False, db_default=False, editable=False)
    """An assistant booked it, or moved it to where it is, for its customer."""
    auto_complete = models.BooleanField(_("completes itself"), default=True)
    automatic_times = models.JSONField(_("own times of automatic actions"), default=dict, blank=True)
    reminders = models.JSONField(_("reminders"), default=list, blank=True, validators=[validate_list])
    notifications = models.JSONField(_("mails and webhooks switched"), default=dict, blank=True)
    payment_id = models.CharField(_("payment"), max_length=200, blank=True)
    attendance = models.CharField(
        _("attendance"), max_length=10, choices=Attendance.choices, default=Attendance.UNKNOWN
    )
    staff_note = models.TextField(_("note for staff"), blank=True)
    uid = models.UUIDField(_("id of the invitation"), default=uuid.uuid4, editable=False)
    sequence = models.PositiveIntegerField(_("sequence of the invitation"), default=0, editable=False)
    continues = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="continued_by",
        verbose_name=_("continues"),
    )
    bulk = models.UUIDField(_("made together"), null=True, blank=True, editable=False, db_index=True)
    series = models.ForeignKey(
        Series,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="bookings",
        verbose_name=_("series"),
        editable=False,
        db_index=False,
    )
    key = models.ForeignKey(ApiKey, models.SET_NULL, null=True, related_name="bookings", editable=False)
    form_token = models.CharField(max_length=64, null=True, editable=False, unique=True)
    language = models.CharField(_("language"), max_length=16, blank=True)
    disposable = models.BooleanField(default=False, editable=False)
    is_test = models.BooleanField(default=False, db_default=False, editable=False)
    """As its resource is: it lies in the sandbox, where no page, list or figure of the site sees it."""
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)
    deleted_at = models.DateTimeField(_("deleted"), null=True, editable=False)

    objects = BookingQuerySet.as_manager()

    class Meta:
        verbose_name = _("booking")
        verbose_name_plural = _("bookings")
        ordering = ["-created_at", "pk"]
        permissions = [
            ("override_overlap", _("Can book over taken time, with a reason")),
            ("decide_booking", _("Can play actions on bookings")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["reference"], condition=Q(continues=None), name="references_are_unique"
            ),
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="booking_ends_after_it_starts"),
            models.CheckConstraint(
                condition=Q(seats_taken__gte=0)
                & (Q(seats_taken=0) | Q(max_seats__isnull=False, seats_taken__lte=F("max_seats"))),
                name="seats_taken_never_exceed_seats",
            ),
            models.CheckConstraint(
                condition=Q(places=1) | Q(places__gt=1, session__isnull=False),
                name="places_are_a_sessions",
            ),
        ]
        indexes = [
            models.Index(fields=["resource", "start"], name="booking_by_resource"),
            models.Index(fields=["project", "start"], name="booking_by_project"),
            # With these a list is counted that never visits the table.
            models.Index(
                fields=["start", "end", "deleted_at", "state"],
                name="booking_live_by_start",
                condition=Q(is_test=False),
            ),
            models.Index(
                fields=["state", "-created_at", "deleted_at"],
                name="booking_live_by_state",
                condition=Q(is_test=False),
            ),
            models.Index(fields=["-created_at", "id"], name="booking_of_tests", condition=Q(is_test=True)),
            models.Index(fields=["-created_at", "id"], name="booking_by_creation"),
            models.Index(fields=["reference"], name="booking_by_reference"),
            models.Index(fields=["-start"], name="booking_no_show", condition=Q(attendance="no_show")),
            models.Index(fields=["due_at"], name="booking_by_due", condition=Q(due_at__isnull=False)),
            models.Index(
                fields=["series", "start"], name="booking_of_series", condition=Q(series__isnull=False)
            ),
            models.Index(
                fields=["start"],
                name="booking_without_link",
                condition=~Q(meeting="") & Q(meeting_url=""),
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def length(self) -> timedelta:
        return self.end - self.start

    @property
    def needs_time(self) -> bool:
        """Whether it must own occupancy in its present state."""
        return self.state.occupies and self.version.claims_time

    @property
    def needs_seat(self) -> bool:
        """Whether it must count as a seat of its session in its present state."""
        return self.state.occupies and self.version.claims_seat

    @property
    def has_renewed_form(self) -> bool:
        """Whether its links were renewed, so that the form that booked it leads to it no more."""
        return (self.form_token or "").startswith(_RENEWED)

    @property
    def has_trial_payment(self) -> bool:
        """Whether paying it is only played through; without a project that is in test mode."""
        return self.project.has_trial_payment if self.project else settings.TEST_MODE

    @property
    def owner_email(self) -> str:
        """Where mails to the owner go before the site's own address is asked: the resource's, else the project's."""
        return self.resource.email or (self.project.email if self.project else "")

    @property
    def with_whom(self) -> str:
        """The names of all whose time it takes.  One query, unless ``companions`` were prefetched."""
        return gettext(", ").join(one.name for one in (self.resource, *self.companions.all()))

    @property
    def meeting_link(self) -> str:
        """Where it takes place online, an https address; empty before it stands and once it does no more."""
        if not (self.state.occupies and self.state.settled):
            return ""
        held = self.session or self
        return self.resource.meeting_url if held.meeting == Meeting.FIXED else held.meeting_url

    @property
    def change_until(self) -> datetime | None:
        """The last instant at which a customer may cancel or move it, or None without a cut-off."""
        if self.waives_cut_off:
            return self.start
        if not self.min_cancel_time:
            return None
        cut_off = self.start - self.min_cancel_time
        return max(cut_off, self.agent_undo_until or cut_off)

    @property
    def agent_undo_until(self) -> datetime | None:
        """Until when its customer may undo what an assistant did; never once it would have begun."""
        if not self.by_agent or self.created_at is None:
            return None
        return min(self.created_at + AGENT_UNDO, self.start)

    def is_open_to_changes(self, now: datetime) -> bool:
        """Whether its customer may still act on it: before it begins and, where it stands, not after the cut-off."""
        until = self.change_until if self.state.settled else None
        return now < self.start and (until is None or now <= until)
