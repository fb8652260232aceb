"""Another process that books: reads a key and a request as JSON a line, prints what the booking came to."""

import json
import sys
from importlib import import_module


def main() -> None:
    import_module("django").setup()
    booked = import_module("tests.api.test_seen_elsewhere").booked
    for line in sys.stdin:
        sys.stdout.write(f"{json.dumps(booked(**json.loads(line)))}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
