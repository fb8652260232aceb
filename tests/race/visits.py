"""Many processes want an hour with one resource and then half an hour with another.  Run as a program; prints JSON.

Every third wants the second resource alone, so that visits lose at their second part as well as at their first.
"""

import json
import sys
from collections import Counter
from datetime import timedelta
from importlib import import_module

CLIENTS = 24
STARTS = 4
"""Half hours at which somebody wants to begin."""


def main() -> None:
    import_module("django").setup()
    proof, models = import_module("bookings.proof"), import_module("bookings.models")
    crowd = import_module("bookings.crowd").crowd
    claims, parts = import_module("bookings.lifecycle.claims"), import_module("bookings.availability.parts")
    verb = import_module("bookings.lifecycle.retries").verb
    claim_time = import_module("bookings.lifecycle.transitions").claim_time
    hour = timedelta(hours=1)

    @verb
    def take(wanted, start):
        held = models.Reservation(resource_id=wanted[0].resource, start=start, end=start + hour)
        claim = claims.Claim(pieces=claims.pieces_of(wanted, start), hold=hour)
        held.expires_at = claim_time(claim, reservation=held.pk)
        held.save(force_insert=True)

    def visit(number, resources):
        first, second = resources
        start = proof.MONDAY + (number % STARTS) * hour / 2
        alone = parts.Part(resource=second.pk, length=hour / 2)
        both = (
            parts.Part(resource=first.pk, length=hour),
            parts.Part(resource=second.pk, offset=hour, length=hour / 2),
        )
        take((alone,) if number % 3 == 0 else both, start)

    resources = [proof.throw_away_resource() for _number in range(2)]
    before = proof.deadlocks()
    results = crowd(visit, resources, CLIENTS)
    pieces = models.Occupancy.objects.filter(resource__in=resources)
    told = {
        "results": Counter(results),
        "overlaps": proof.overlaps(resources),
        "deadlocks": proof.deadlocks() - before,
        "pieces": Counter(pieces.values_list("reservation", flat=True)).most_common(),
        "firsts": list(pieces.filter(resource=resources[0]).values_list("reservation", flat=True)),
        "holds": models.Reservation.objects.filter(resource__in=resources).count(),
    }
    sys.stdout.write(json.dumps(told, default=str))
    models.Occupancy.objects.filter(resource__in=resources).delete()
    models.Reservation.objects.filter(resource__in=resources).delete()
    proof.throw_away(resources)


if __name__ == "__main__":
    main()
