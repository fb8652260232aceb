"""What every provider that answers page by page refuses."""

from django.utils.translation import gettext_noop

MOST_PAGES = 100
TOO_MANY_EVENTS = gettext_noop("The calendar holds too many events to be read. Choose a smaller one.")
