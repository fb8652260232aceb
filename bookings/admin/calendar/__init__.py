"""The calendar: a day or a week by resource, where bookings are dragged and free places pressed."""
