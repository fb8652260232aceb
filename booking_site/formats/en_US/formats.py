"""English of the United States: 12 hours, weeks from Sunday."""

TIME_FORMAT = "g:i\u00a0A"  # a no-break space: a clock stands on one line
FIRST_DAY_OF_WEEK = 0
DAY_FORMAT = "l, F j, Y"
SHORT_DAY_FORMAT = "l, F j"
BRIEF_DAY_FORMAT = "D, M j"
