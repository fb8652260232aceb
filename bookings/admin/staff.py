"""Staff themselves: the pages of members, and Django's own of users and groups, for superusers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.http import HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from bookings.admin import members
from bookings.admin.before_and_after import TellsBeforeAndAfter
from bookings.admin.staff_sessions import own_sessions_page, sessions_page
from bookings.setup.role_words import role_name

NAMED_LISTS = ("staff/named_lists.js",)


class RolesField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return role_name(obj)


class StaffAdmin(TellsBeforeAndAfter, UserAdmin):
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
            page("<int:pk>/sessions/", sessions_page, "sessions"),
            page("members/", members.members_page, "members"),
            page("invite/", members.invite_page, "invite"),
            page("<int:pk>/member/", members.member_page, "member"),
            press("<int:pk>/link/", members.link_page, "link"),
            press("<int:pk>/revoke/", members.revoke_page, "revoke"),
            *super().get_urls(),
        ]

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
