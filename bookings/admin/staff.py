"""Staff themselves: Django's own pages for users and groups, with the seeded roles in the reader's words."""

from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from bookings.admin.before_and_after import TellsBeforeAndAfter
from bookings.admin.fields.choices import offer_rows
from bookings.admin.form_page import form_page, posted_data
from bookings.admin.staff_sessions import own_sessions_page, sessions_page
from bookings.models import Resource, StaffLimit
from bookings.setup.staff_links import password_link, valid_for

NAMED_LISTS = ("staff/named_lists.js",)
ROLE_WORDS = {
    "desk": _("Desk: runs the bookings"),
    "manager": _("Manager: sets up hours and projects, too"),
    "designer": _("Designer: draws the graphs"),
}


def role_name(group: Group) -> str:
    """A seeded role in words; a group that the operator made stays as it is called."""
    return str(ROLE_WORDS.get(group.name, group.name))


def limit_to(user: User, resources: list[Resource] | None) -> None:
    """Have a member see these resources alone, or all of them where it is None."""
    if resources is None:
        for row in StaffLimit.objects.filter(user=user):
            row.delete()
        return
    ids = sorted(str(one.pk) for one in resources)
    row = StaffLimit.objects.filter(user=user).first() or StaffLimit(user=user)
    if row.resources != ids:
        row.resources = ids
        row.save()


def limit_in_words(user: User) -> str:
    """The names of the resources that a member sees, or that it is all of them."""
    row = StaffLimit.objects.filter(user=user).first()
    if row is None:
        return gettext("all resources")
    names = Resource.objects.filter(pk__in=row.resources).order_by("name").values_list("name", flat=True)
    return gettext(", ").join(names) or "—"


def _roles_in_words(user: User) -> str:
    roles = [role_name(group) for group in user.groups.order_by("name")]
    return gettext("superuser") if user.is_superuser else gettext(", ").join(roles) or "—"


class RolesField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return role_name(obj)


class LimitFields(forms.Form):
    """Which resources somebody sees: all, or the ticked ones alone.  ``limit`` is the answer of a valid form."""

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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "resources", Resource.objects.live().order_by("name"))

    def clean(self) -> Any:
        super().clean()
        data = self.cleaned_data
        if data.get("only_some") and not data.get("resources") and "resources" not in self.errors:
            self.add_error("resources", gettext("Tick at least one resource."))
        if data.get("resources") and not data.get("only_some"):
            self.add_error("only_some", gettext("Tick this, too, or no resource below."))
        if data.get("only_some") and data.get("is_superuser"):
            self.add_error("only_some", gettext("A superuser sees everything."))
        return data

    @property
    def limit(self) -> list[Resource] | None:
        return list(self.cleaned_data["resources"]) if self.cleaned_data["only_some"] else None


class InviteForm(LimitFields, forms.ModelForm):
    """Who may log in, and as what; the password is theirs to set."""

    groups = RolesField(
        label=_("Roles"),
        queryset=Group.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = User
        fields = ("username", "email", "groups", "is_superuser")


class StaffAdmin(TellsBeforeAndAfter, UserAdmin):
    readonly_fields = ("last_login", "date_joined")

    class Media:
        js = NAMED_LISTS

    def row_in_words(self, row: Any) -> str:
        return role_name(row) if isinstance(row, Group) else str(row)

    def get_urls(self) -> list[Any]:
        own = self.admin_site.admin_view
        return [
            path("sessions/", own(partial(own_sessions_page, self)), name="auth_user_own_sessions"),
            path("<int:pk>/sessions/", own(partial(sessions_page, self)), name="auth_user_sessions"),
            path("invite/", own(self.invite), name="auth_user_invite"),
            path("<int:pk>/limit/", own(self.limit), name="auth_user_limit"),
            path("<int:pk>/link/", require_POST(own(self.new_link)), name="auth_user_link"),
            *super().get_urls(),
        ]

    def invite(self, request: HttpRequest) -> HttpResponse:
        """A new member of staff, and the link with which they set their password; a superuser's to make."""
        if not request.user.is_superuser:
            raise PermissionDenied
        form = InviteForm(posted_data(request))
        if not form.is_valid():
            title, submit = gettext("Invite a member of staff"), gettext("Make a link")
            return form_page(self, request, title=title, forms=[form], submit=submit)
        form.instance.is_staff = True
        form.instance.set_unusable_password()
        with transaction.atomic():  # never a member without the limit
            user = form.save()
            limit_to(user, form.limit)
        said = {"roles": _roles_in_words(user), "resources": limit_in_words(user)}
        self.log_addition(request, user, gettext("Invited as %(roles)s; sees: %(resources)s.") % said)
        return self._show_link(request, user)

    def limit(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Which resources a member sees; a superuser's to say, and of nobody who sees everything anyway."""
        if not request.user.is_superuser:
            raise PermissionDenied
        user = get_object_or_404(User, pk=pk, is_superuser=False)
        row = StaffLimit.objects.filter(user=user).first()
        known = {"only_some": row is not None, "resources": row.resources if row else []}
        form = LimitFields(posted_data(request), initial=known)
        if not form.is_valid():
            title = gettext("What %(name)s sees") % {"name": user}
            return form_page(self, request, title=title, forms=[form], submit=gettext("Save"))
        before = limit_in_words(user)
        limit_to(user, form.limit)
        words = {"before": before, "after": limit_in_words(user)}
        if words["before"] != words["after"]:
            said = gettext("Sees %(after)s, before: %(before)s.") % words
            self.log_change(request, user, said)
        messages.success(
            request, gettext("%(name)s sees: %(what)s.") % {"name": user, "what": words["after"]}
        )
        return HttpResponseRedirect(reverse("admin:auth_user_change", args=[user.pk]))

    def new_link(self, request: HttpRequest, pk: int) -> HttpResponse:
        """A new link for somebody who forgot the password; a superuser's to make."""
        if not request.user.is_superuser:
            raise PermissionDenied
        user = get_object_or_404(User, pk=pk)
        self.log_change(request, user, gettext("A password link was made."))
        return self._show_link(request, user)

    def _show_link(self, request: HttpRequest, user: User) -> HttpResponse:
        """In this one answer, since it is stored nowhere."""
        context = self.admin_site.each_context(request) | {
            "title": gettext("A link for %(name)s") % {"name": user},
            "person": user,
            "link": password_link(user),
            "days": valid_for().days,
            "opts": self.opts,
        }
        response = TemplateResponse(request, "admin/auth/user/link.html", context)
        response["Cache-Control"] = "no-store"
        return response

    def formfield_for_manytomany(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name == "groups":
            kwargs |= {"form_class": RolesField, "widget": forms.CheckboxSelectMultiple()}
        return super().formfield_for_manytomany(db_field, request, **kwargs)


class RoleAdmin(TellsBeforeAndAfter, GroupAdmin):
    list_display = ("role",)

    class Media:
        js = NAMED_LISTS

    @admin.display(description=_("role"), ordering="name")
    def role(self, group: Group) -> str:
        return role_name(group)


admin.site.unregister(User)
admin.site.unregister(Group)
admin.site.register(User, StaffAdmin)
admin.site.register(Group, RoleAdmin)
