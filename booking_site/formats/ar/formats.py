"""Arabic: 24 hours (unlike the half-day letters, they need no isolation from the text), weeks from Sunday."""

TIME_FORMAT = "H:i"
DATETIME_FORMAT = "j F Y، H:i T"  # with whose clock it is
SHORT_DATETIME_FORMAT = "d/m/Y، H:i T"
FIRST_DAY_OF_WEEK = 0
DAY_FORMAT = "l j F Y"
SHORT_DAY_FORMAT = "l j F"
BRIEF_DAY_FORMAT = "l j F"
