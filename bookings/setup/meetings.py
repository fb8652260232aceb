"""Where the bookings of the first service take place online."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from bookings.calendars.meetings import gets_no_link
from bookings.calendars.words import meeting_cure
from bookings.forms.setup_answers import Answers
from bookings.layers import meeting_of, with_meeting
from bookings.models import Meeting, Project, Resource
from bookings.setup.missing import Lack, Missing


def settle(project: Project, people: Sequence[Resource], answers: Answers) -> None:
    """Note what was answered; without an answer it stays as it is."""
    if answers.meeting and answers.meeting != meeting_of(project):
        project.booking = with_meeting(project, answers.meeting)
        project.save(update_fields=["booking"])
    if answers.meeting == Meeting.FIXED and answers.meeting_url:
        for resource in people:
            resource.meeting_url = answers.meeting_url
            resource.save(update_fields=["meeting_url"])


def lacking(project: Project, people: Sequence[Resource]) -> Missing | None:
    """Whose meetings get no link as yet, with what gives them one."""
    meeting = meeting_of(project)
    names = ", ".join(one.name for one in people if gets_no_link(meeting, one))
    if not names:
        return None
    sentence = _("Video meetings with %(names)s get no link yet.") % {"names": names}
    return Missing(what=Lack.MEETINGS, sentence=sentence, cure=meeting_cure(meeting))
