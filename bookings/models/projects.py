"""A booking experience: which resources, which graph, which options, what the page asks and looks like."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models.fields.json import KT
from django.utils.translation import gettext_lazy as _

from bookings.models.fields import OrderedJSONField, PictureField
from bookings.models.graphs import GraphVersion
from bookings.models.locations import Location
from bookings.models.recorded import Recorded
from bookings.models.resources import Resource
from bookings.models.sites import Site
from bookings.times import duration_in_words
from bookings.typed_fields import EmailField, LineField, NameField, PriceField, UrlField, WordField
from bookings.validators import (
    validate_colour,
    validate_currency,
    validate_digits,
    validate_list,
    validate_object,
)


class ProjectQuerySet(models.QuerySet["Project"]):
    def active(self) -> "ProjectQuerySet":
        return self.filter(deleted_at=None)

    def public(self) -> "ProjectQuerySet":
        """Listed on the home page."""
        return self.active().filter(visibility=Project.Visibility.PUBLIC)

    def reachable(self) -> "ProjectQuerySet":
        """Bookable by whoever has the address."""
        return self.active().exclude(visibility=Project.Visibility.STAFF)

    def lacking_payment(self) -> "ProjectQuerySet":
        """Those whose own graph awaits a payment that nobody can make; see ``Project.lacks_payment``."""
        if settings.TEST_MODE:
            return self.none()
        awaiting = GraphVersion.objects.published().awaiting_payment().values("graph__name")
        without_a_way = self.filter(pay_url="", trial_payment=False)
        return without_a_way.annotate(own_graph=KT("booking__graph")).filter(own_graph__in=awaiting)


class Project(models.Model):
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
    sends_mail = models.BooleanField(_("sends mails"), default=True)
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

    def __str__(self) -> str:
        return self.name

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


class ProjectResource(models.Model):
    """A resource in a project, with its place in the order and what differs for it there.

    ``length`` and ``price`` count where the project has no options; where it has some, each says its own with the
    resource (``OptionResource``).
    """

    project = models.ForeignKey(Project, models.CASCADE, related_name="links")
    resource = models.ForeignKey(Resource, models.CASCADE, related_name="links", verbose_name=_("resource"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    length = models.DurationField(
        _("length"), null=True, blank=True, help_text=_("If it differs from the option's.")
    )
    price = PriceField(_("price"), null=True, blank=True, help_text=_("If it differs from the option's."))
    booking = models.JSONField(_("booking settings"), default=dict, blank=True, validators=[validate_object])

    history = Recorded()

    class Meta:
        verbose_name = _("resource of the project")
        verbose_name_plural = _("resources of the project")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["project", "resource"], name="resource_once_in_a_project")
        ]

    def __str__(self) -> str:
        return str(self.resource)

    def clean(self) -> None:
        """Its price is in the currency of whichever option it goes with."""
        if self.price is None:
            return
        currencies = set(Option.objects.filter(project=self.project_id).values_list("currency", flat=True))
        for currency in currencies or {Site.current().currency}:
            validate_digits(self.price, currency)


class Option(models.Model):
    """A variant of a project: its label, length and price."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, models.CASCADE, related_name="options")
    label = LineField(_("label"), max_length=120, blank=True)
    length = models.DurationField(_("length"))
    price = PriceField(_("price"), null=True, blank=True)
    currency = models.CharField(
        _("currency"),
        max_length=3,
        blank=True,
        validators=[validate_currency],
        help_text=_("Empty: the site's, as it is now."),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    booking = models.JSONField(_("booking settings"), default=dict, blank=True, validators=[validate_object])

    history = Recorded()

    class Meta:
        verbose_name = _("option")
        verbose_name_plural = _("options")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.label or duration_in_words(self.length)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """An amount without a currency would mean another sum once the site's is another."""
        self.currency = self.currency or Site.current().currency
        super().save(*args, **kwargs)

    def clean(self) -> None:
        validate_digits(self.price, self.currency or Site.current().currency)


class OptionResource(models.Model):
    """An option with one of the project's resources: whether it is offered there, its own length and price.

    Where there is no row, the resource does the option as the option says.
    """

    option = models.ForeignKey(Option, models.CASCADE, related_name="at_resources")
    link = models.ForeignKey(ProjectResource, models.CASCADE, related_name="at_options")
    offered = models.BooleanField(_("does it"), default=True)
    length = models.DurationField(_("length"), null=True, blank=True)
    price = PriceField(_("price"), null=True, blank=True)

    history = Recorded()

    class Meta:
        verbose_name = _("option of a resource")
        verbose_name_plural = _("options of resources")
        constraints = [models.UniqueConstraint(fields=["option", "link"], name="option_once_with_a_resource")]

    def __str__(self) -> str:
        return f"{self.option} · {self.link}"

    def clean(self) -> None:
        if self.option_id is not None:
            validate_digits(self.price, self.option.currency)


def lent_place(project: Project | None, resource: Resource | None) -> str:
    """The place that a booking has from its project, else from its resource, in a line; empty where neither has one."""
    place = (project.location if project else None) or (resource.location if resource else None)
    return place.one_line[:500] if place else ""
