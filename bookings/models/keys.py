"""Keys of the JSON API."""

import hashlib
import secrets
import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bookings.constraints import RaisesConfigVersion
from bookings.models.projects import Project
from bookings.typed_fields import NameField
from bookings.validators import validate_list

NOTED_EVERY = timedelta(minutes=1)


def digest_of(value: str) -> str:
    """SHA-256 of a key: it is 256 random bits, so a slow hash would protect nothing."""
    return hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()


def opens_here(value: str) -> bool:
    """Whether keys like it open anything: a site in test mode takes ``test_`` keys alone, any other site all keys."""
    return value.startswith("test_") or not settings.TEST_MODE


def opens_sandbox(value: str) -> bool:
    """Whether keys like it open the sandbox of a live site, and nothing else; a site in test mode has none.

    So what was tried with before a site went live, and may lie in a program or a page since, opens nothing live.
    """
    return value.startswith("test_") and not settings.TEST_MODE


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def active(self) -> "ApiKeyQuerySet":
        return self.filter(revoked_at=None)


class ApiKey(models.Model):
    """A server key (everything, kept secret) or a widget key (what the widget needs, public by nature).

    Only a widget key's ``value`` is stored readable; a server key is shown once and known by its digest.
    """

    class Kind(models.TextChoices):
        SERVER = "server", _("server")
        WIDGET = "widget", _("widget")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.SERVER)
    name = NameField(_("name"), max_length=120, help_text=_("Who or what uses it."))
    is_test = models.BooleanField(
        _("for tests"),
        default=False,
        db_default=False,
        help_text=_("Begins with test_, and sees only what is for tests."),
    )
    digest = models.CharField(max_length=64, unique=True, editable=False)
    value = models.CharField(_("value"), max_length=120, blank=True, editable=False)
    hint = models.CharField(_("ends in"), max_length=8, blank=True, editable=False)
    projects = models.ManyToManyField(
        Project,
        blank=True,
        related_name="keys",
        verbose_name=_("projects"),
        help_text=_("None: all projects."),
    )
    origins = models.JSONField(
        _("allowed origins"),
        default=list,
        blank=True,
        validators=[validate_list],
        help_text=_("Pages that may use a widget key, like https://example.com; empty: any."),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True, editable=False)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        ordering = ["-created_at"]
        constraints = [
            # Not ``last_used_at``, which is written once a minute.
            RaisesConfigVersion(
                name="key_raises_version",
                of=["kind", "name", "is_test", "digest", "value", "origins", "revoked_at"],
            ),
            RaisesConfigVersion(name="key_project_raises_version", links="bookings_apikey_projects"),
        ]

    def __str__(self) -> str:
        return self.name

    def note_use(self, now: datetime) -> None:
        """Write ``last_used_at`` at most once a minute, in a statement of its own."""
        if self.last_used_at is None or self.last_used_at < now - NOTED_EVERY:
            stale = Q(last_used_at=None) | Q(last_used_at__lt=now - NOTED_EVERY)
            ApiKey.objects.filter(stale, pk=self.pk).update(last_used_at=now)

    @property
    def is_widget(self) -> bool:
        return self.kind == self.Kind.WIDGET

    @classmethod
    def issue(cls, *, kind: str, name: str, value: str = "", test: bool = False) -> tuple["ApiKey", str]:
        """Make a key and return it with its value, which a server key never shows again.

        ``value`` takes over an existing one, so that pages and scripts in the field keep working.
        """
        word = "widget_key" if kind == cls.Kind.WIDGET else "api_key"
        value = value or f"{'test' if test else 'live'}_{word}_{secrets.token_urlsafe(32)}"
        readable = value if kind == cls.Kind.WIDGET else ""
        key = cls.objects.create(
            kind=kind,
            name=name,
            is_test=value.startswith("test_"),
            digest=digest_of(value),
            value=readable,
            hint=value[-4:],
        )
        return key, value
