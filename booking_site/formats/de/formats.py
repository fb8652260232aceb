"""German: 24 hours, weeks from Monday."""

TIME_FORMAT = "H:i"
DATETIME_FORMAT = "D, j. M Y, H:i T"  # with whose clock it is
SHORT_DATETIME_FORMAT = "d.m.Y, H:i T"
FIRST_DAY_OF_WEEK = 1
DAY_FORMAT = "l, j. F Y"
SHORT_DAY_FORMAT = "l, j. F"
BRIEF_DAY_FORMAT = "D, j. M"
