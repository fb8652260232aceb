"""Staff themselves: Django's own pages for users and groups, with the seeded roles in the reader's words."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.utils.translation import gettext_lazy as _

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


class StaffAdmin(UserAdmin):
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
