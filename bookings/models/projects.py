"""A booking experience: which resources, which graph, which options, what the page asks and looks like."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models.fields.json import KT
from django.utils.translation import gettext_lazy as _

from bookings.constraints import RaisesConfigVersion
from bookings.models.feeds import CalendarWords, Fed
from bookings.models.fields import OrderedJSONField, PictureField
from bookings.models.graphs import GraphVersion
from bookings.models.locations import Location
from bookings.models.project_resources import ProjectResource
from bookings.models.recorded import Recorded
from bookings.models.resources import Resource
from bookings.models.sandbox import Sandboxed
from bookings.typed_fields import EmailField, LineField, NameField, UrlField, WordField
from bookings.validators import (
    validate_colour,
    validate_list,
    validate_object,
)


class ProjectQuerySet(models.QuerySet["Project"]):
    def active(self) -> "ProjectQuerySet":
        return self.filter(deleted_at=None)

    def live(self) -> "ProjectQuerySet":
        """In use, and not in the sandbox."""
        return self.active().filter(is_test=False)

    def public(self) -> "ProjectQuerySet":
        """Listed on the home page."""
        return self.live().filter(visibility=Project.Visibility.PUBLIC)

    def reachable(self) -> "ProjectQuerySet":
        """Bookable by whoever has the address."""
        return self.live().exclude(visibility=Project.Visibility.STAFF)

    def located(self, locations: models.Q) -> "ProjectQuerySet":
        """That take place at one of these: at their own location, else at those of their resources."""
        there = Location.objects.filter(locations)
        lent = ProjectResource.objects.filter(
            project=models.OuterRef("pk"), resource__deleted_at=None, resource__location__in=there
        )
        return self.filter(models.Q(location__in=there) | models.Q(models.Exists(lent), location=None))

    def their_locations(self) -> models.Q:
        """Of locations, those at which one of them takes place."""
        lent = ProjectResource.objects.filter(
            project__in=self.filter(location=None), resource__deleted_at=None
        )
        return models.Q(pk__in=self.exclude(location=None).values("location")) | models.Q(
            pk__in=lent.exclude(resource__location=None).values("resource__location")
        )

    def places(self) -> set[tuple[uuid.UUID, uuid.UUID]]:
        """The ids of each project and of the locations at which it takes place."""
        own = self.exclude(location=None).values_list("pk", "location")
        lent = ProjectResource.objects.filter(
            project__in=self.filter(location=None), resource__deleted_at=None
        ).exclude(resource__location=None)
        return {*own, *lent.values_list("project", "resource__location")}

    def open_to_agents(self) -> "ProjectQuerySet":
        """Those that assistants may book, as far as the site lets them at all."""
        said = models.Q(agents=Project.Agents.YES)
        usual = models.Q(agents=Project.Agents.USUAL, visibility=Project.Visibility.PUBLIC)
        return self.reachable().filter(said | usual)

    def lacking_payment(self) -> "ProjectQuerySet":
        """Those whose own graph awaits a payment that nobody can make; see ``Project.lacks_payment``."""
        if settings.TEST_MODE:
            return self.none()
        awaiting = GraphVersion.objects.published().awaiting_payment().values("graph__name")
        without_a_way = self.filter(pay_url="", trial_payment=False)
        return without_a_way.annotate(own_graph=KT("booking__graph")).filter(own_graph__in=awaiting)


class Project(Sandboxed, Fed):
    """The stored settings of one booking experience.

    ``booking``, ``availability``, ``ui`` and ``customer_fields`` are layers: JSON objects with only those keys that
    were set, in the API's spelling.  Code reads them merged (``bookings.layers``), never alone.
    """

    class Visibility(models.TextChoices):
        PUBLIC = "public", _("public: on the home page")
        UNLISTED = "unlisted", _("unlisted: for whoever has the address")
        STAFF = "staff", _("for staff only")

    class Place(models.TextChoices):
        IN_PERSON = "in_person", _("in person")
        PHONE = "phone", _("by phone")
        ONLINE = "online", _("online")

    class Mark(models.TextChoices):
        """What is drawn for it where it has no picture."""

        NONE = "", _("none")
        TALK = "talk", _("a talk")
        HOUSE = "house", _("a house")
        SHEET = "sheet", _("a sheet of paper")
        PORTRAIT = "portrait", _("a portrait")
        EASEL = "easel", _("an easel")
        POT = "pot", _("a pot")
        SCISSORS = "scissors", _("scissors")
        HEART = "heart", _("a heart")
        WRENCH = "wrench", _("a wrench")
        BOOK = "book", _("a book")
        CAMERA = "camera", _("a camera")
        LEAF = "leaf", _("a leaf")

    class Agents(models.TextChoices):
        """Whether assistants may book it."""

        USUAL = "", _("if it is public")
        YES = "yes", _("yes")
        NO = "no", _("no")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = NameField(_("name"), max_length=200)
    slug = models.SlugField(_("address on the site"), max_length=80, unique=True)
    heading = LineField(
        _("heading"),
        max_length=120,
        blank=True,
        help_text=_("Projects with the same heading stand together."),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    summary = LineField(_("summary"), max_length=300, blank=True)
    description = models.TextField(_("description"), blank=True)
    visibility = models.CharField(
        _("visibility"), max_length=10, choices=Visibility.choices, default=Visibility.PUBLIC
    )
    agents = models.CharField(
        _("assistants may book it"),
        max_length=3,
        blank=True,
        choices=Agents.choices,
        default=Agents.USUAL,
        db_default=Agents.USUAL,
    )
    place = models.CharField(_("takes place"), max_length=10, choices=Place.choices, default=Place.IN_PERSON)
    location = models.ForeignKey(
        Location,
        models.SET_NULL,
        null=True,
        blank=True,
        verbose_name=_("location"),
        help_text=_("Empty: the location of the resource."),
    )
    email = EmailField(
        _("e-mail"), blank=True, help_text=_("Gets the mails where the resource has no address.")
    )
    image = PictureField(_("picture"), upload_to="projects/", blank=True)
    mark = models.CharField(
        _("mark"),
        max_length=10,
        blank=True,
        choices=Mark.choices,
        default=Mark.NONE,
        db_default=Mark.NONE,
        help_text=_("Stands for the picture where a page has not one for each of its services."),
    )
    logo = PictureField(_("logo"), upload_to="logos/", blank=True)
    accent = WordField(_("accent"), max_length=7, blank=True, validators=[validate_colour])
    resources: "models.ManyToManyField[Resource, ProjectResource]" = models.ManyToManyField(
        Resource, through="ProjectResource", related_name="projects", verbose_name=_("resources")
    )
    booking = models.JSONField(_("booking settings"), default=dict, blank=True, validators=[validate_object])
    availability = models.JSONField(
        _("availability settings"), default=dict, blank=True, validators=[validate_object]
    )
    availability_constraints = models.JSONField(
        _("availability constraints"), default=list, blank=True, validators=[validate_list]
    )
    customer_fields = OrderedJSONField(
        _("customer fields"), default=dict, blank=True, validators=[validate_object]
    )
    ui = models.JSONField(_("look of the widget"), default=dict, blank=True, validators=[validate_object])
    reminders = models.JSONField(_("reminders"), default=list, blank=True, validators=[validate_list])
    consent = models.TextField(
        _("consent"),
        blank=True,
        help_text=_("What the customer agrees to by a tick; empty: nothing is asked."),
    )
    after_booking = models.TextField(
        _("what happens next"), blank=True, help_text=_("One sentence a line, for the confirmation page.")
    )
    pay_url = UrlField(_("payment page"), blank=True)
    trial_payment = models.BooleanField(default=False, db_default=False, editable=False)
    """Of the demo: without a payment page, payments are played through on one of the site's own."""
    embed_origins = models.JSONField(
        _("pages that may embed it"), default=list, blank=True, validators=[validate_list]
    )
    return_origins = models.JSONField(
        _("sites it may lead back to"), default=list, db_default=[], blank=True, validators=[validate_list]
    )
    sends_mail = models.BooleanField(_("sends mails"), default=True)
    calendar_words = models.CharField(
        _("in a connected calendar it says"),
        max_length=10,
        choices=CalendarWords.choices,
        default=CalendarWords.NAMES,
        db_default=CalendarWords.NAMES,
    )
    needs_fresh_calendars = models.BooleanField(
        _("offer nothing while a calendar is not read"),
        default=False,
        db_default=False,
        help_text=_("Else times stay offered by what was known last, and the desk warns."),
    )
    meta = models.JSONField(_("meta"), default=dict, blank=True, validators=[validate_object])
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)
    deleted_at = models.DateTimeField(_("deleted"), null=True, blank=True, editable=False)

    objects = ProjectQuerySet.as_manager()
    history = Recorded()

    class Meta:
        verbose_name = _("project")
        verbose_name_plural = _("projects")
        ordering = ["position", "name", "pk"]
        constraints = [RaisesConfigVersion(name="project_raises_version")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_reachable(self) -> bool:
        """Whether whoever has the address may book it; see ``reachable``."""
        return self.is_for_customers and not self.is_test

    @property
    def is_for_customers(self) -> bool:
        """Whether customers may book it; in the sandbox whoever plays one with a widget key."""
        return self.deleted_at is None and self.visibility != self.Visibility.STAFF

    @property
    def is_open_to_agents(self) -> bool:
        """Whether assistants may book it, as far as the site lets them at all; see ``open_to_agents``."""
        is_usual = self.agents == self.Agents.USUAL and self.visibility == self.Visibility.PUBLIC
        return self.is_reachable and (is_usual or self.agents == self.Agents.YES)

    @property
    def has_trial_payment(self) -> bool:
        """Whether payments are only played through: in the demo and in test mode, where there is no payment page."""
        return not self.pay_url and (settings.TEST_MODE or self.trial_payment)

    @property
    def can_be_paid(self) -> bool:
        return bool(self.pay_url) or self.has_trial_payment

    def lacks_payment(self, version: GraphVersion) -> bool:
        """Whether bookings that follow ``version`` would wait for a payment that nobody can make.

        Such a project is offered to no customer; staff and server keys book it, and tell when it was paid.
        """
        return not self.can_be_paid and version.awaits_payment


def lent_place(project: Project | None, resource: Resource | None) -> str:
    """The place that a booking has from its project, else from its resource, in a line; empty where neither has one."""
    place = (project.location if project else None) or (resource.location if resource else None)
    return place.one_line[:500] if place else ""
