"""Graphs as staff edit them.  Behaviour hangs on fields; no code compares a state's or an action's name."""

from datetime import datetime, timedelta
from functools import cached_property

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from bookings.constraints import RaisesConfigVersion
from bookings.graph_words import graph_words
from bookings.models.recorded import Recorded
from bookings.validators import WholeTextValidator

validate_word = WholeTextValidator(
    r"^[a-z][a-z0-9_]*$", _("Use small letters, digits and _, beginning with a letter."), code="word"
)


class Graph(models.Model):
    """A flow that bookings follow; its versions hold the states and actions."""

    name = models.CharField(
        _("name"),
        max_length=60,
        unique=True,
        validators=[validate_word],
        help_text=_("What the API calls it. Never changes once bookings use it."),
    )
    title = models.CharField(_("title"), max_length=120)
    description = models.TextField(_("description"), blank=True)

    history = Recorded()

    class Meta:
        verbose_name = _("graph")
        verbose_name_plural = _("graphs")
        ordering = ["name"]
        constraints = [RaisesConfigVersion(name="graph_raises_version")]

    def __str__(self) -> str:
        return graph_words(self.title) or self.name


class GraphVersionQuerySet(models.QuerySet["GraphVersion"]):
    def published(self) -> "GraphVersionQuerySet":
        return self.filter(status=GraphVersion.Status.PUBLISHED)

    def awaiting_payment(self) -> "GraphVersionQuerySet":
        """Those whose bookings wait for a payment at some time."""
        return self.filter(actions__input=Action.Input.PAYMENT, actions__source__settled=False)


class GraphVersion(models.Model):
    """One edition of a graph.  Drafts are edited, the published one is followed, used ones are retired."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        PUBLISHED = "published", _("published")
        RETIRED = "retired", _("retired")

    class Claims(models.TextChoices):
        TIME = "time", _("the resource's time")
        SEAT = "seat", _("a seat of a session")
        NOTHING = "nothing", _("nothing")

    graph = models.ForeignKey(Graph, models.CASCADE, related_name="versions", verbose_name=_("graph"))
    number = models.PositiveIntegerField(_("number"))
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.DRAFT)
    claims = models.CharField(_("takes"), max_length=10, choices=Claims.choices, default=Claims.TIME)
    offers_seats = models.BooleanField(_("offers seats"), default=False)
    needs_customer = models.BooleanField(_("needs a customer"), default=True)
    needs_times = models.BooleanField(
        _("needs start and end"), default=True, help_text=_("No for seats: the session has the times.")
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    published_at = models.DateTimeField(_("published"), null=True, blank=True, editable=False)

    objects = GraphVersionQuerySet.as_manager()
    history = Recorded()

    class Meta:
        verbose_name = _("graph version")
        verbose_name_plural = _("graph versions")
        ordering = ["graph", "-number"]
        constraints = [
            RaisesConfigVersion(name="graph_version_raises_version"),
            models.UniqueConstraint(fields=["graph", "number"], name="graph_version_numbers_are_unique"),
            models.UniqueConstraint(
                fields=["graph"], condition=Q(status="published"), name="one_published_version_per_graph"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.graph} {self.number}"

    @property
    def claims_time(self) -> bool:
        return self.claims == self.Claims.TIME

    @property
    def claims_seat(self) -> bool:
        return self.claims == self.Claims.SEAT

    @cached_property
    def awaits_payment(self) -> bool:
        """Whether its bookings wait for a payment at some time.  One query, unless it was read as a ``Flow``."""
        return GraphVersion.objects.awaiting_payment().filter(pk=self.pk).exists()


class Mail(models.TextChoices):
    """What a mail says; each value has a template for the customer, the owner or both."""

    BOOKED = "booked", _("the booking stands")
    REQUESTED = "requested", _("a request waits for an answer")
    TO_PAY = "to_pay", _("the booking waits for payment")
    DECLINED = "declined", _("the request was declined")
    CANCELLED = "cancelled", _("the booking was cancelled")
    EXPIRED = "expired", _("the request or payment ran out of time")
    MOVED = "moved", _("the booking has a new time")


class State(models.Model):
    """Where a booking can be."""

    version = models.ForeignKey(GraphVersion, models.CASCADE, related_name="states")
    name = models.CharField(_("name"), max_length=60, validators=[validate_word])
    label = models.CharField(_("label"), max_length=120, help_text=_("What people read."))
    occupies = models.BooleanField(
        _("occupies"), default=False, help_text=_("A booking in this state has the time (or seat).")
    )
    settled = models.BooleanField(
        _("settled"),
        default=True,
        help_text=_(
            "No while something is awaited: an answer, a payment. Pages then say that nothing is sure."
        ),
    )
    mail_to_customer = models.CharField(
        _("mail to the customer"), max_length=20, choices=Mail.choices, blank=True
    )
    mail_to_owner = models.CharField(_("mail to the owner"), max_length=20, choices=Mail.choices, blank=True)
    webhook = models.BooleanField(_("webhook"), default=True, help_text=_("Webhooks fire on entering."))
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    history = Recorded()

    class Meta:
        verbose_name = _("state")
        verbose_name_plural = _("states")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["version", "name"], name="state_names_are_unique_in_a_version")
        ]

    def __str__(self) -> str:
        return graph_words(self.label) or self.name

    @property
    def final(self) -> bool:
        """No action leaves it.  Uses prefetched ``leaving`` actions where there are any."""
        return not self.leaving.all()


class Action(models.Model):
    """An arrow between states; the one without a source creates the booking."""

    class Input(models.TextChoices):
        NONE = "", _("nothing")
        MESSAGE = "message", _("a message")
        PAYMENT = "payment_id", _("a payment's id")

    class Anchor(models.TextChoices):
        ENTERED = "entered", _("entering the state")
        START = "start", _("the booking's start")
        END = "end", _("the booking's end")

    version = models.ForeignKey(GraphVersion, models.CASCADE, related_name="actions")
    name = models.CharField(_("name"), max_length=60, validators=[validate_word])
    label = models.CharField(_("label"), max_length=120, help_text=_("What a button says."))
    source = models.ForeignKey(
        State,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="leaving",
        verbose_name=_("from"),
        help_text=_("Empty: this action creates the booking."),
    )
    target = models.ForeignKey(
        State, models.CASCADE, related_name="arriving", verbose_name=pgettext_lazy("where a way leads", "to")
    )
    by_customer = models.BooleanField(_("customer"), default=False)
    by_owner = models.BooleanField(_("owner"), default=False)
    by_staff = models.BooleanField(_("staff"), default=True)
    by_clock = models.BooleanField(_("clock"), default=False)
    input = models.CharField(_("asks for"), max_length=12, choices=Input.choices, blank=True, default="")
    automatic_after = models.DurationField(
        _("automatic after"),
        null=True,
        blank=True,
        help_text=_("Played by the clock this long after the moment at the right; empty: never."),
    )
    automatic_from = models.CharField(
        _("counted from"), max_length=8, choices=Anchor.choices, blank=True, default=Anchor.ENTERED
    )
    continues = models.BooleanField(
        _("is played when moved"),
        default=False,
        help_text=_("The old booking plays it when a new one continues it at another time."),
    )
    on_seats = models.CharField(
        _("on each seat"),
        max_length=60,
        blank=True,
        help_text=_("The action that every seat of the session plays along."),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    history = Recorded()

    class Meta:
        verbose_name = _("action")
        verbose_name_plural = _("actions")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "source", "name"],
                name="action_names_are_unique_in_a_state",
                violation_error_message=_("Two actions that leave one state need different names."),
            ),
            models.UniqueConstraint(
                fields=["version"],
                condition=Q(source=None),
                name="one_create_action_per_version",
                violation_error_message=_(
                    "One action only can create the booking: the one without a state before it."
                ),
            ),
            models.CheckConstraint(
                condition=Q(automatic_after__isnull=True) | Q(by_clock=True),
                name="automatic_actions_are_the_clocks",
                violation_error_message=_("An automatic action must be allowed to the clock."),
            ),
            models.CheckConstraint(
                condition=~Q(source=F("target")) | Q(source=None),
                name="actions_change_the_state",
                violation_error_message=_("An action must lead to another state than the one it leaves."),
            ),
        ]

    def __str__(self) -> str:
        return graph_words(self.label) or self.name

    @property
    def is_awaited_payment(self) -> bool:
        """Whether a booking waits for it; what notes a payment of a settled booking keeps nobody waiting."""
        return self.input == self.Input.PAYMENT and self.source is not None and not self.source.settled

    def due_at(
        self,
        *,
        entered: datetime,
        start: datetime,
        end: datetime,
        awaits: bool = False,
        override: timedelta | None = None,
    ) -> datetime | None:
        """The instant at which the clock plays this action, or None; ``override`` replaces the time to wait.

        Counted from entering the state at the earliest: what is recorded of the past keeps its time for that long.
        Where the state ``awaits`` an answer or a payment, a wait from entering ends with the start at the latest;
        what is recorded after its start is not ended by it.
        """
        wait = self.automatic_after if override is None else override
        moments = {self.Anchor.ENTERED: entered, self.Anchor.START: start, self.Anchor.END: end}
        moment = moments.get(self.Anchor(self.automatic_from or self.Anchor.ENTERED))
        if self.automatic_after is None or wait is None or moment is None:
            return None
        is_ahead, anchor = start > entered, self.automatic_from or self.Anchor.ENTERED
        if awaits and anchor == self.Anchor.START and not is_ahead:
            return None
        due = max(moment, entered) + wait
        return min(due, start) if awaits and anchor == self.Anchor.ENTERED and is_ahead else due
