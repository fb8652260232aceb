"""Keys of the JSON API."""

import hashlib
import secrets
import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from bookings.models.projects import Project
from bookings.typed_fields import NameField
from bookings.validators import validate_list


def digest_of(value: str) -> str:
    """SHA-256 of a key: it is 256 random bits, so a slow hash would protect nothing."""
    return hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()


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

    def __str__(self) -> str:
        return self.name

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
            kind=kind, name=name, digest=digest_of(value), value=readable, hint=value[-4:]
        )
        return key, value
