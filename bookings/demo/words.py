"""What taking the demo away would do, in sentences in the active language."""

from django.utils.translation import gettext as _

from bookings.demo.remove import Kept, Removal


def removal_in_words(removal: Removal) -> list[str]:
    """What goes."""
    counts = {
        "resources": removal.resources.count(),
        "projects": removal.projects.count(),
        "bookings": removal.visitors_bookings.count(),
        "users": ", ".join(removal.users.order_by("pk").values_list("username", flat=True)) or "—",
        "keys": removal.keys.count(),
    }
    sentences = [
        _("Resources that go: %(resources)s. Projects: %(projects)s. Keys: %(keys)s.") % counts,
        _("Bookings that somebody made, which go with them: %(bookings)s.") % counts,
        _("Logins that end at once: %(users)s.") % counts,
    ]
    if removal.leaves_nobody:
        sentences.append(_("Nobody can log in afterwards until the site is set up."))
    return sentences


def kept_in_words(removal: Removal) -> list[str]:
    """What stays, and why."""
    return [_kept(one) for one in removal.kept]


def _kept(kept: Kept) -> str:
    if not kept.because:
        return _("%(name)s stays: it was taken into use.") % {"name": kept.row}
    return _("%(name)s stays, since it is used by %(users)s.") % {
        "name": kept.row,
        "users": ", ".join(kept.because),
    }
