"""What a manager fills in about a member of staff; what may be chosen is within the manager's reach."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.models import Group, User
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bookings.admin.fields.choices import offer_choices, offer_rows
from bookings.mailing import Mailing, mailing
from bookings.models import Resource
from bookings.setup.members import Wanted, version_of
from bookings.setup.reach import Reach
from bookings.setup.role_words import role_name, roles_in_words
from bookings.staff_limits import Seen, narrowed, resources_seen_by

AS_IT_IS, SUPERUSER = "", "superuser"
LINK, MAIL = "link", "mail"


class LimitFields(forms.Form):
    """Which resources somebody sees: all, or the ticked ones alone.  ``limit`` is the answer of a valid form.

    Whoever is limited themselves ticks some of their own.
    """

    only_some = forms.BooleanField(
        label=_("Only these resources"),
        required=False,
        help_text=_(
            "Then nothing else is seen: no booking, no person and no time of other resources, and nothing is set up."
        ),
    )
    resources = forms.ModelMultipleChoiceField(
        label=_("resources"),
        queryset=Resource.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def offer_resources(self, seen: Seen) -> None:
        offer_rows(self, "resources", narrowed(Resource.objects.live(), seen).order_by("name"))
        if seen is not None:
            del self.fields["only_some"]

    def clean(self) -> Any:
        super().clean()
        data = self.cleaned_data
        is_some = data.get("only_some") or "only_some" not in self.fields
        if is_some and not data.get("resources") and "resources" not in self.errors:
            self.add_error("resources", gettext("Tick at least one resource."))
        if data.get("resources") and not is_some:
            self.add_error("only_some", gettext("Tick this, too, or no resource below."))
        if is_some and data.get("role") == SUPERUSER:
            self.add_error("only_some", gettext("A superuser sees everything."))
        return data

    @property
    def limit(self) -> Seen:
        is_some = self.cleaned_data.get("only_some") or "only_some" not in self.fields
        return frozenset(one.pk for one in self.cleaned_data["resources"]) if is_some else None


class MemberFields(LimitFields, forms.ModelForm):
    """What is asked of every member."""

    role = forms.ChoiceField(
        label=_("Role"),
        widget=forms.RadioSelect,
        help_text=_("You can give what you may do yourself, and no more."),
    )

    class Meta:
        model = User
        fields: tuple[str, ...] = ("username", "email")
        labels = {"username": _("Login name"), "email": _("E-mail address")}

    def __init__(self, *args: Any, reach: Reach, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reach = reach
        self.offer_resources(reach.seen)
        self.roles: dict[str, Group] = {group.name: group for group in reach.roles()}
        offer_choices(self, "role", self.role_choices())

    def role_choices(self) -> list[tuple[str, str]]:
        return [(name, role_name(group)) for name, group in self.roles.items()]

    @property
    def wanted(self) -> Wanted:
        """The answer of a valid form."""
        data = self.cleaned_data
        return Wanted(
            username=data["username"],
            email=data["email"],
            role=self.roles.get(data["role"]),
            limit=self.limit,
            is_active=data.get("is_active", True),
            is_superuser=data["role"] == SUPERUSER,
        )


class InviteForm(MemberFields):
    """Who may log in, and as what; the password is theirs to set."""

    how = forms.ChoiceField(
        label=_("How the link reaches them"),
        widget=forms.RadioSelect,
        choices=[(MAIL, _("by mail")), (LINK, _("I hand it over: show it to me"))],
    )
    field_order = ("username", "email", "role", "only_some", "resources", "how")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if mailing() is Mailing.OFF:
            del self.fields["how"]

    def role_choices(self) -> list[tuple[str, str]]:
        more = [(SUPERUSER, gettext("Superuser: everything"))] if self.reach.user.is_superuser else []
        return super().role_choices() + more

    def clean(self) -> Any:
        data = super().clean()
        if data.get("how") == MAIL and not data.get("email") and "email" not in self.errors:
            self.add_error("email", gettext("To mail the link an address is needed."))
        return data

    @property
    def by_mail(self) -> bool:
        return self.cleaned_data.get("how") == MAIL


class MemberForm(MemberFields):
    """A member as they are; ``version`` tells whether somebody else changed them since the page was made."""

    version = forms.CharField(widget=forms.HiddenInput, required=False)
    field_order = ("username", "email", "role", "only_some", "resources", "is_active", "version")

    class Meta(MemberFields.Meta):
        fields = ("username", "email", "is_active")
        help_texts = {"is_active": _("Whoever is not active is logged out at once, and cannot log in.")}

    def __init__(self, *args: Any, instance: User, **kwargs: Any) -> None:
        limit = resources_seen_by(instance)
        known = {"only_some": limit is not None, "resources": list(limit or ())}
        initial = known | {"version": version_of(instance)}
        super().__init__(*args, instance=instance, initial=initial, **kwargs)
        self.initial["role"] = self._role()
        self.fields["role"].required = self._role() != AS_IT_IS

    def _role(self) -> str:
        held = [group.name for group in self.instance.groups.all() if group.name in self.roles]
        return held[0] if len(held) == 1 else AS_IT_IS

    def role_choices(self) -> list[tuple[str, str]]:
        """With "as it is" for whoever has none of the roles, or several."""
        known = super().role_choices()
        if self._role() != AS_IT_IS:
            return known
        return [(AS_IT_IS, gettext("As it is: %(roles)s") % {"roles": roles_in_words(self.instance)}), *known]
