"""Bookings at the desk: the list, the page of one, the pages behind its buttons, and a new one."""
