"""Arabic: 24 hours (unlike the half-day letters, they need no isolation from the text), weeks from Sunday."""

TIME_FORMAT = "H:i"
FIRST_DAY_OF_WEEK = 0
DAY_FORMAT = "l j F Y"
SHORT_DAY_FORMAT = "l j F"
BRIEF_DAY_FORMAT = "l j F"
