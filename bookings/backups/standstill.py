"""The table of ``bookings.models.Standstill``, for what is also read before Django is set up."""

TABLE = "bookings_standstill"
