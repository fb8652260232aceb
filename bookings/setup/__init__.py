"""The way to a site that can be booked: the first questions, what is still missing, links for staff."""
