"""English of the United States: 12 hours, weeks from Sunday."""

TIME_FORMAT = "g:i\u00a0A"  # a no-break space: a clock stands on one line
DATETIME_FORMAT = "D, M j, Y, g:i\u00a0A T"  # with whose clock it is
SHORT_DATETIME_FORMAT = "M j, Y, g:i\u00a0A T"
FIRST_DAY_OF_WEEK = 0
DAY_FORMAT = "l, F j, Y"
SHORT_DAY_FORMAT = "l, F j"
BRIEF_DAY_FORMAT = "D, M j"
