"""Taking time: a block, sickness or a closure, and what becomes of the bookings inside."""
