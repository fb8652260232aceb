"""Staff themselves: Django's own pages for users and groups, with the seeded roles in the reader's words."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from bookings.admin.form_page import form_page
from bookings.setup.staff_links import password_link, valid_for

ROLE_WORDS = {
    "desk": _("Desk: runs the bookings"),
    "manager": _("Manager: sets up hours and projects, too"),
    "designer": _("Designer: draws the graphs"),
}


def role_name(group: Group) -> str:
    """A seeded role in words; a group that the operator made stays as it is called."""
    return str(ROLE_WORDS.get(group.name, group.name))


class RolesField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return role_name(obj)


class InviteForm(forms.ModelForm):
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


class StaffAdmin(UserAdmin):
    def get_urls(self) -> list[Any]:
        own = self.admin_site.admin_view
        return [
            path("invite/", own(self.invite), name="auth_user_invite"),
            path("<int:pk>/link/", require_POST(own(self.new_link)), name="auth_user_link"),
            *super().get_urls(),
        ]

    def invite(self, request: HttpRequest) -> HttpResponse:
        """A new member of staff, and the link with which they set their password; a superuser's to make."""
        if not request.user.is_superuser:
            return HttpResponse(status=403)
        form = InviteForm(request.POST if request.method == "POST" else None)
        if request.method != "POST" or not form.is_valid():
            title, submit = gettext("Invite a member of staff"), gettext("Make a link")
            return form_page(self, request, title=title, forms=[form], submit=submit)
        form.instance.is_staff = True
        form.instance.set_unusable_password()
        user = form.save()
        self.log_addition(request, user, gettext("Invited."))
        return self._show_link(request, user)

    def new_link(self, request: HttpRequest, pk: int) -> HttpResponse:
        """A new link for somebody who forgot the password; a superuser's to make."""
        if not request.user.is_superuser:
            return HttpResponse(status=403)
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
            kwargs["form_class"] = RolesField
        return super().formfield_for_manytomany(db_field, request, **kwargs)


class RoleAdmin(GroupAdmin):
    list_display = ("role",)

    @admin.display(description=_("role"), ordering="name")
    def role(self, group: Group) -> str:
        return role_name(group)


admin.site.unregister(User)
admin.site.unregister(Group)
admin.site.register(User, StaffAdmin)
admin.site.register(Group, RoleAdmin)
