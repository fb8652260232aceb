from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _


class BookingsConfig(AppConfig):
    name = "bookings"
    verbose_name = _("Bookings")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Logins are noted where Django says that there is one; the module needs the models."""
        user_logged_in.connect(import_string("bookings.staff_sessions.note_login"))
