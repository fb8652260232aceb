"""The home page: what can be booked here, and when each is next free."""
