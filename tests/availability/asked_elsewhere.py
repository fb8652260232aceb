"""Another process that searches: reads a resource's and a project's id a line, prints what is open in the week."""

import sys
from importlib import import_module


def main() -> None:
    import_module("django").setup()
    opened = import_module("tests.availability.test_kept_hours").opened
    for line in sys.stdin:
        sys.stdout.write(f"{opened(*line.split())}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
