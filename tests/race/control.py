"""What everybody writes first: look whether the time is free, then insert.  Run as a program; prints JSON.

All look before any inserts: every client waits for the others at a barrier in between, so that the race is shown and
not hoped for.
"""

import json
import multiprocessing
import sys
from importlib import import_module

CLIENTS = 16
BETWEEN = multiprocessing.get_context("fork").Barrier(CLIENTS)


def main() -> None:
    import_module("django").setup()
    proof, models = import_module("bookings.proof"), import_module("bookings.models")
    crowd = import_module("bookings.crowd").crowd
    errors = import_module("bookings.errors")
    start, end = proof.MONDAY, proof.MONDAY + proof.HALF_HOUR

    def look_then_insert(number, resources):
        taken = models.Occupancy.objects.filter(resource=resources[0]).overlapping(start, end).exists()
        BETWEEN.wait()
        if taken:
            raise errors.SlotTaken
        held = models.Reservation.objects.create(resource=resources[0], start=start, end=end, expires_at=end)
        times = {"start": start, "end": end, "busy_start": start, "busy_end": end}
        models.Occupancy.objects.create(resource=resources[0], reservation=held, **times)

    resource = proof.throw_away_resource()
    results = crowd(look_then_insert, [resource], CLIENTS)
    sys.stdout.write(json.dumps({"winners": results.count("won"), "overlaps": proof.overlaps([resource])}))
    proof.throw_away([resource])


if __name__ == "__main__":
    main()
