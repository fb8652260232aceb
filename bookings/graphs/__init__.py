"""Everything about a graph: versions and what is wrong with a draft, the flow that bookings follow, its picture."""
