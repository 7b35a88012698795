"""How often the public door may be used in a while. Counted in the cache, and forgotten with it.

A campus is one address: what counts against an address is generous, and what was taken counts apart from what was only tried.
An address is kept as a digest that changes with the hour, and stands beside no objection. Where the cache is away, nobody is
counted and the question at the door still stands.
"""

import logging
from dataclasses import dataclass

from django.core.cache import cache
from django.utils.crypto import salted_hmac
from redis.exceptions import RedisError

from registers.refusals import Refused

logger = logging.getLogger(__name__)

SALT = "workflows.publicity.rate_limits"
MINUTE, HOUR = 60, 3600


@dataclass(frozen=True)
class Limit:
    """At most so many (``most``) in so many ``seconds``.

    ``words``: what is said when there are more, of which ``field`` of the form.
    """

    most: int
    seconds: int
    words: str
    field: str = ""


LIMITS = {
    # of one form: guessing its answer
    "form": Limit(10, 4 * HOUR, "这一页提交的次数过多，请回答新的一题后再提交。所填内容仍在。", "answer"),
    # of one address: a campus behind one address must get through
    "tries": Limit(600, 10 * MINUTE, "这个网络地址提交的次数过多，请过十分钟再试。所填内容仍在。"),
    "taken": Limit(300, HOUR, "这个网络地址提交的次数过多，请过一小时再试，或用页面所列的其他渠道。所填内容仍在。"),
    # of one address for one notice
    "notice": Limit(
        60, HOUR, "这个网络地址对本公示提交的次数过多，请过一小时再试，或用页面所列的其他渠道。所填内容仍在。"
    ),
    # of one address: codes that were wrong
    "codes": Limit(60, 10 * MINUTE, "查询码输错的次数过多，请过十分钟再试。"),
}


def spend(kind, *about, at):
    """Count one use of the ``kind`` by whatever ``about`` names.

    Raises ``Refused`` where it is one too many.
    """
    limit = LIMITS[kind]
    if _counted(_key(kind, about, limit, at), limit.seconds) > limit.most:
        raise Refused(limit.words, limit.field)


def require_left(kind, *about, at):
    """Raise ``Refused`` where nothing is left of the ``kind``, without counting."""
    limit = LIMITS[kind]
    try:
        used = cache.get(_key(kind, about, limit, at), 0)
    except (RedisError, OSError):
        used = 0
    if used >= limit.most:
        raise Refused(limit.words, limit.field)


def _counted(key, seconds):
    try:
        cache.add(key, 0, timeout=seconds)
        used = cache.incr(key)
        cache.touch(key, seconds)  # the database's cache gives a counter its own, shorter term
    except (RedisError, OSError, ValueError) as failure:
        logger.warning("the limits of the public door are not counted: %s", type(failure).__name__)
        return 0
    return used


def _key(kind, about, limit, at):
    window = int(at.timestamp()) // limit.seconds
    named = "|".join((kind, str(window), *map(str, about)))
    return f"door:{salted_hmac(SALT, named, algorithm='sha256').hexdigest()}"
