"""What each closed part of a project's page holds now, in a line."""

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.admin.fields.layer_keys import MODES
from bookings.availability.terms import terms_of
from bookings.errors import UnknownGraph
from bookings.forms import CustomerForm
from bookings.forms.questions import asked_of_customers, title
from bookings.graphs.flow import Flow
from bookings.layers import graph_name
from bookings.models import Project
from bookings.times import duration_in_words

MOST_NAMED = 5


def in_a_line(parts: Iterable[str]) -> str:
    """Like "Booked at once; cancel until 24 hours before"."""
    return capfirst(_("; ").join(part for part in parts if part))


def questions(project: Project) -> str:
    """Like "Name, e-mail, telephone"."""
    own = {} if project._state.adding else project.customer_fields
    labels = {key: str(field.label) for key, field in CustomerForm.base_fields.items()}
    asked = asked_of_customers(own)
    named = [title(question) or labels.get(key, key) for key, question in asked.items()]
    said = _(", ").join(named[:MOST_NAMED])
    if more := len(named) - MOST_NAMED:
        said = _("%(some)s and %(count)s more") % {"some": said, "count": more} if more > 0 else said
    return in_a_line([said, _("something to agree to") if project.consent else ""])


def graph_in_words(project: Project) -> str:
    """Like "Booked at once"; empty for a graph that bookings cannot follow."""
    try:
        return str(Flow.published(graph_name(project)).version.graph)
    except UnknownGraph:
        return ""


def rules(project: Project) -> str:
    """Like "Booked at once; change or cancel until 1 day before"."""
    terms = terms_of(project)[0]
    notice, horizon, cut_off = (_said(each) for each in (terms.notice, terms.horizon, terms.cut_off))
    return in_a_line(
        [
            graph_in_words(project),
            _("book until %(time)s before") % {"time": notice} if notice else "",
            _("at most %(time)s ahead") % {"time": horizon} if horizon else "",
            _("change or cancel until %(time)s before") % {"time": cut_off}
            if cut_off
            else _("change or cancel until the start"),
            _("paid on a page of its own") if project.pay_url else "",
        ]
    )


def times(project: Project) -> str:
    """Like "Anyone, evenly; a time every 30 minutes; 15 minutes free after"."""
    terms = terms_of(project)[0]
    grid, before, after = (_said(each) for each in (terms.step, terms.buffers.before, terms.buffers.after))
    limits = len(project.availability_constraints)
    return in_a_line(
        [
            str(dict(MODES)[terms.mode.value]),
            _("a time every %(time)s") % {"time": grid} if grid else _("one time after the other"),
            _("%(time)s free before") % {"time": before} if before else "",
            _("%(time)s free after") % {"time": after} if after else "",
            ngettext("%(count)s further limit", "%(count)s further limits", limits) % {"count": limits}
            if limits
            else "",
        ]
    )


def messages(project: Project) -> str:
    """Like "Mails are sent; 1 reminder"."""
    count = len(project.reminders)
    return in_a_line(
        [
            _("mails are sent") if project.sends_mail else _("no mails are sent"),
            ngettext("%(count)s reminder", "%(count)s reminders", count) % {"count": count}
            if count
            else _("no reminders"),
            project.email,
        ]
    )


def looks(project: Project) -> str:
    """Like "Under “Advice”; picture; accent #0f4a59"."""
    return in_a_line(
        [
            _("under “%(heading)s”") % {"heading": project.heading} if project.heading else "",
            _("picture") if project.image else _("no picture"),
            _("mark: %(mark)s") % {"mark": project.get_mark_display()} if project.mark else "",
            _("logo") if project.logo else "",
            _("accent %(colour)s") % {"colour": project.accent} if project.accent else "",
        ]
    )


def for_programs(project: Project) -> str:
    """Like "/book/first-talk/; 2 pages may embed it"."""
    count = len(project.embed_origins)
    return in_a_line(
        [
            f"/book/{project.slug}/" if project.slug else _("its address is made of the name"),
            ngettext("%(count)s page may embed it", "%(count)s pages may embed it", count) % {"count": count}
            if count
            else "",
        ]
    )


def _said(length: timedelta | None) -> str:
    """A length in the reader's words; empty for none."""
    return duration_in_words(length) if length else ""


SAYS: Mapping[str, Callable[[Project], str]] = {
    "questions": questions,
    "rules": rules,
    "times": times,
    "messages": messages,
    "looks": looks,
    "programs": for_programs,
}
