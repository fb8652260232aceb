"""The suite on SQLite, and on PostgreSQL where there is one; `./run test` calls it.

REQUIRE_POSTGRESQL=1 turns a missing PostgreSQL from a visible skip into a failure.
"""

import os
import signal
import subprocess
import sys
from contextlib import nullcontext

from tests.throwaway_postgresql import NoPostgreSQL, throwaway_postgresql

_NOTHING_COLLECTED = 5


def main(arguments: list[str]) -> int:
    """Run pytest with `arguments` on each database; return 0 if no run failed."""
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    given = os.environ.pop("TEST_DATABASE_URL", None)
    results = {"SQLite": pytest("SQLite", arguments)}
    try:
        with nullcontext(given) if given else throwaway_postgresql() as url:
            # What meets no database was shown a moment ago.
            meets = {"MEETS_DATABASE": "1", "TEST_DATABASE_URL": url}
            results["PostgreSQL"] = pytest("PostgreSQL", arguments, **meets)
    except NoPostgreSQL as reason:
        print(f"\n===== PostgreSQL: SKIPPED: {reason}", flush=True)
        results["PostgreSQL"] = 1 if os.environ.get("REQUIRE_POSTGRESQL") == "1" else 0
    failed = [name for name, code in results.items() if code not in {0, _NOTHING_COLLECTED}]
    if set(results.values()) == {_NOTHING_COLLECTED}:
        return _NOTHING_COLLECTED
    print(f"\n===== {'FAILED on ' + ' and '.join(failed) if failed else 'Passed'}", flush=True)
    return 1 if failed else 0


def pytest(database: str, arguments: list[str], **environment: str) -> int:
    print(f"\n===== {database}", flush=True)
    command = [sys.executable, "-m", "pytest", *in_parallel(arguments), *arguments]
    return subprocess.run(command, env=os.environ | environment, check=False).returncode


def in_parallel(arguments: list[str]) -> list[str]:
    """One process a CPU, but no more than four: tests of races start many of their own."""
    chosen = any(argument.startswith(("-n", "--numprocesses", "--pdb")) for argument in arguments)
    return [] if chosen else ["-n", str(min(4, os.cpu_count() or 1))]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
