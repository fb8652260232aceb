"""The admin as an app; the site itself is imported once there are models."""

from django.contrib.admin.apps import AdminConfig


class StaffAdminConfig(AdminConfig):
    default_site = "booking_site.admin_site.StaffAdminSite"
