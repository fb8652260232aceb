"""Clients that each run one statement of their own, many times at the same moments.  A program; prints JSON.

Its argument says how: ``ours`` as bookings are written, ``driver`` prepared by the driver, which numbers its statements
in each client anew. It tells how many answers were another client's, how many were errors, and how many clients took
their connection for a direct one.
"""

import json
import multiprocessing
import sys
from importlib import import_module
from typing import Any

CLIENTS = 2
ROUNDS = 200


def main() -> None:
    way = {"ours": run_ours, "driver": run_by_driver}[sys.argv[1]]
    import_module("django").setup()
    import_module("django.db").connections.close_all()
    context = multiprocessing.get_context("fork")
    barrier, answers = context.Barrier(CLIENTS), context.SimpleQueue()
    processes = [
        context.Process(target=client, args=(number, way, barrier, answers)) for number in range(CLIENTS)
    ]
    for process in processes:
        process.start()
    told = [answers.get() for _process in processes]
    for process in processes:
        process.join()
    foreign, errors, direct = (sum(numbers) for numbers in zip(*told, strict=True))
    sys.stdout.write(json.dumps({"foreign": foreign, "errors": errors, "direct": direct}))


def client(number: int, way: Any, barrier: Any, answers: Any) -> None:
    db = import_module("django.db")
    text = f"SELECT 'client {number}', %s::integer"
    foreign = errors = 0
    for turn in range(ROUNDS):
        barrier.wait()
        try:
            with db.transaction.atomic(), db.connection.cursor() as cursor:
                foreign += way(cursor, text, turn) != (f"client {number}", turn)
        except (db.Error, import_module("psycopg").Error):
            errors += 1
    with db.connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        direct = import_module("bookings.prepared").is_direct()
    db.connection.close()
    answers.put((foreign, errors, int(direct)))


def run_ours(cursor: Any, text: str, turn: int) -> tuple[str, int]:
    answer: tuple[str, int] = import_module("bookings.prepared").run(text, [turn]).first
    return answer


def run_by_driver(cursor: Any, text: str, turn: int) -> tuple[str, int]:
    psycopg = import_module("psycopg")
    cursor.connection.prepare_threshold = 0
    own = psycopg.Cursor(cursor.connection)
    answer: tuple[str, int] = own.execute(text, [turn], prepare=True).fetchone()
    return answer


if __name__ == "__main__":
    main()
