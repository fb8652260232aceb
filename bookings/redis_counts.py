"""Requests counted in Redis, which all processes share. Its client is loaded where REDIS_URL names one only."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache

import structlog
from redis import Redis, RedisError

log = structlog.get_logger(__name__)
KEPT = timedelta(minutes=2)


def add(url: str, who: str, now: datetime) -> int | None:
    """Count a request of ``who`` and return how many there are in its minute; None where Redis does not answer."""
    name = f"requests:{who}:{now.astimezone(UTC):%Y%m%d%H%M}"
    try:
        with client(url).pipeline() as pipeline:
            pipeline.incr(name)
            pipeline.expire(name, KEPT)
            count = pipeline.execute()[0]
    except RedisError as error:
        log.warning("redis_does_not_count", error=type(error).__name__)
        return None
    return int(count)


@cache
def client(url: str) -> Redis:
    return Redis.from_url(url, socket_timeout=0.5, socket_connect_timeout=0.5)
