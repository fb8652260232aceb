"""Other people's calendars: read for what is busy, written with what was booked here."""
