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


def role(group: Group) -> str:
    """A seeded role in words; a group that the operator made stays as it is called."""
    return str(ROLE_WORDS.get(group.name, group.name))


class StaffAdmin(UserAdmin):
    def formfield_for_manytomany(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        field = super().formfield_for_manytomany(db_field, request, **kwargs)
        if db_field.name == "groups" and isinstance(field, forms.ModelMultipleChoiceField):
            field.label_from_instance = role  # type: ignore[method-assign, assignment]
        return field


class RoleAdmin(GroupAdmin):
    list_display = ("in_words",)

    @admin.display(description=_("role"), ordering="name")
    def in_words(self, group: Group) -> str:
        return role(group)


admin.site.unregister(User)
admin.site.unregister(Group)
admin.site.register(User, StaffAdmin)
admin.site.register(Group, RoleAdmin)
