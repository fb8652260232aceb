"""Staff themselves: the pages of members, and Django's own of users and groups, for superusers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.forms import UserChangeForm
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from bookings.admin import members
from bookings.admin.before_and_after import TellsBeforeAndAfter
from bookings.admin.staff_sessions import own_sessions_page, sessions_page
from bookings.setup.last_superuser import is_left_without
from bookings.setup.role_words import role_name

NAMED_LISTS = ("staff/named_lists.js",)
LAST = _("This is the last superuser who can log in. Make somebody else a superuser first.")


class RolesField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return role_name(obj)


class AccountForm(UserChangeForm):
    """Django's own; the last superuser stays one."""

    def clean(self) -> Any:
        data = super().clean() or self.cleaned_data
        stays = all(data.get(name) for name in ("is_active", "is_staff", "is_superuser"))
        if not stays and not is_left_without([self.instance.pk]):
            raise forms.ValidationError(LAST)
        return data


class StaffAdmin(TellsBeforeAndAfter, UserAdmin):
    form = AccountForm
    readonly_fields = ("last_login", "date_joined")

    class Media:
        js = NAMED_LISTS

    def row_in_words(self, row: Any) -> str:
        return role_name(row) if isinstance(row, Group) else str(row)

    def get_urls(self) -> list[Any]:
        def page(route: str, view: Callable[..., HttpResponse], name: str) -> URLPattern:
            return path(route, self.admin_site.admin_view(partial(view, self)), name=f"auth_user_{name}")

        def press(route: str, view: Callable[..., HttpResponse], name: str) -> URLPattern:
            own = require_POST(self.admin_site.admin_view(partial(view, self)))
            return path(route, own, name=f"auth_user_{name}")

        return [
            page("sessions/", own_sessions_page, "own_sessions"),
            page("members/<int:pk>/sessions/", sessions_page, "sessions"),
            page("members/", members.members_page, "members"),
            page("members/invite/", members.invite_page, "invite"),
            page("members/<int:pk>/", members.member_page, "member"),
            press("members/<int:pk>/link/", members.link_page, "link"),
            press("members/<int:pk>/revoke/", members.revoke_page, "revoke"),
            *super().get_urls(),
        ]

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        self.delete_queryset(request, User.objects.filter(pk=obj.pk))

    @transaction.atomic
    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Raises PermissionDenied where no superuser would be left."""
        if not is_left_without(list(queryset.values_list("pk", flat=True))):
            raise PermissionDenied(LAST)
        super().delete_queryset(request, queryset)

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
