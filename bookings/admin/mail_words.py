"""The words of mails, which staff write per language, with a preview and a test."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from csp.decorators import csp_update
from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin

from bookings.admin.mixins import RecordedAdmin, row_or_404
from bookings.effects.leading_words import our_opening, our_subject
from bookings.effects.mail import Letter, send
from bookings.effects.mail_preview import preview, sample
from bookings.effects.outbox import GivenUp, NotNow
from bookings.effects.placeholders import as_shown, as_stored, in_words, offered
from bookings.effects.recipients import CUSTOMER, OWNER, sendable
from bookings.mailing import Mailing, mailing
from bookings.models import MailKind, MailWords

LANGUAGES = dict(settings.LANGUAGES)


class MailWordsForm(forms.ModelForm):
    """Typed and shown with placeholders in the mail's language; what is left empty is said in our words."""

    class Meta:
        model = MailWords
        fields = ["subject", "opening"]
        widgets = {
            "subject": forms.TextInput(attrs={"size": 60}),
            "opening": forms.Textarea(attrs={"rows": 6, "cols": 60}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = self.instance
        kind, language = MailKind(words.kind), words.language
        with override(language):
            ours = {"subject": our_subject(kind), "opening": our_opening(kind)}
        for name, text in ours.items():
            self.initial[name] = as_shown(self.initial.get(name) or "", language)
            self.fields[name].help_text = _left_empty(as_shown(text, language))
            self.fields[name].widget.attrs |= {"lang": language, "dir": "auto"}
        self.fields["opening"].help_text += " " + _("You can write: %(possible)s") % {
            "possible": in_words(language, offered(kind))
        }

    def clean_subject(self) -> str:
        return self._stored("subject")

    def clean_opening(self) -> str:
        return self._stored("opening")

    def _stored(self, name: str) -> str:
        if "_ours" in self.data:
            return ""
        words = self.instance
        return as_stored(self.cleaned_data[name], words.language, offered(MailKind(words.kind)))


def _left_empty(ours: str) -> str:
    if not ours:
        return _("Left empty, the mail begins with what happened.")
    return _("Left empty: “%(words)s”") % {"words": ours}


@admin.register(MailWords)
class MailWordsAdmin(RecordedAdmin):
    """One page a mail and language, whether staff wrote anything there or not."""

    form = MailWordsForm
    change_form_template = "admin/bookings/mailwords/change_form.html"

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        kind, _dot, language = object_id.partition(".")
        if kind not in MailKind.values or language not in LANGUAGES:
            return None
        return MailWords.of(MailKind(kind), language)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_change_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_change_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever may change the site, whose words they are."""
        return request.user.has_perm("bookings.change_site")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[Any]:
        own = self.admin_site.admin_view(self.preview_page)
        return [
            path("<path:object_id>/preview/", own, name="bookings_mailwords_preview"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        context = self.admin_site.each_context(request) | {
            "title": capfirst(self.opts.verbose_name_plural),
            "opts": self.opts,
            "languages": list(LANGUAGES.values()),
            "readers": [
                (_("To the customer"), list(_rows(CUSTOMER))),
                (_("To whoever is booked"), list(_rows(OWNER))),
            ],
        }
        return TemplateResponse(request, "admin/bookings/mailwords/change_list.html", context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        words = self.get_object(request, object_id)
        more = {"show_save_and_add_another": False} | (_about(words) if words else {})
        page: HttpResponse = super().change_view(request, object_id, form_url, more | (extra_context or {}))
        return page

    def response_change(self, request: HttpRequest, obj: MailWords) -> HttpResponse:
        if "_ours" in request.POST:
            messages.success(request, _("The mail is in our words again."))
            return HttpResponseRedirect(reverse("admin:bookings_mailwords_changelist"))
        answer: HttpResponse = super().response_change(request, obj)
        return answer

    def preview_page(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """What is typed, or else what is kept, as a mail, for the frame on the page; sent to the reader if asked."""
        words = row_or_404(self, request, object_id)
        if not self.has_change_permission(request, words):
            raise PermissionDenied
        form = MailWordsForm(request.POST, instance=words) if request.method == "POST" else None
        context: dict[str, Any] = {"form": form}
        booking = sample(MailKind(words.kind))
        if booking and (form is None or form.is_valid()):
            letter = preview(words, booking, _address(request) or "you@example.org")
            context |= {"letter": letter, "html": letter.alternatives[0][0], "booking": booking}
            context["sent"] = _sent(request, letter) if "_test" in request.POST else ""
        return _framed(request, TemplateResponse(request, "admin/bookings/mailwords/preview.html", context))


def _rows(who: str) -> Iterator[dict[str, Any]]:
    """The mails to one of the two readers, each with the page of each language and whether it has own words."""
    own = set(MailWords.keys_with_own_words())
    for kind in MailKind:
        if kind.who == who:
            keys = [(name, MailWords.key_of(kind, code)) for code, name in LANGUAGES.items()]
            yield {
                "tells": capfirst(kind.label),
                "pages": [
                    (name, reverse("admin:bookings_mailwords_change", args=[key]), key in own)
                    for name, key in keys
                ],
            }


def _about(words: MailWords) -> dict[str, Any]:
    reader = _("To the customer") if MailKind(words.kind).who == CUSTOMER else _("To whoever is booked")
    language = LANGUAGES[words.language]
    return {
        "title": capfirst(str(words)),
        "subtitle": f"{reader} · {language}",
        "preview_url": reverse("admin:bookings_mailwords_preview", args=[words.pk]),
    }


def _address(request: HttpRequest) -> str:
    """The reader's own, or empty."""
    return sendable(getattr(request.user, "email", ""))


def _sent(request: HttpRequest, letter: Letter) -> str:
    """What came of sending it to the reader, in a sentence."""
    if not _address(request):
        return _("Not sent: your login has no e-mail address.")
    if mailing() is Mailing.OFF:
        return _("Not sent: mail is not set up.")
    try:
        send(letter)
    except (GivenUp, NotNow) as refusal:
        return _("Not sent. The mail server said: %(words)s") % {"words": refusal}
    return _("Sent to %(address)s.") % {"address": letter.to[0]}


def _framed(request: HttpRequest, response: HttpResponse) -> HttpResponseBase:
    """For a frame of the desk; a mail brings styles of its own, and the frame in which it lies runs nothing."""
    styled = csp_update({"style-src": ["'self'", "'unsafe-inline'"]})(lambda _request: response)
    return never_cache(xframe_options_sameorigin(styled))(request)
