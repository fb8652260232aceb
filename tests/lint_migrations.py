"""Reads the SQL of migrations for what an older release or a table in use would not bear.

python -m tests.lint_migrations
"""

import os
import subprocess
import sys
from urllib.parse import urlsplit

from tests.throwaway_postgresql import throwaway_postgresql


def main() -> int:
    with throwaway_postgresql() as url:
        there = urlsplit(url)._replace(path="/postgres").geturl()  # it writes nothing, so any will do
        command = [sys.executable, "manage.py", "lintmigrations", "--settings=tests.lint_settings"]
        return subprocess.run(command, env=os.environ | {"TEST_DATABASE_URL": there}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
