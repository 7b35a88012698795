"""Numbers that a browser sends: what is none never matches anything."""

import uuid

NO_NUMBER = -1
NO_SERIES = uuid.UUID(int=0)
LARGEST_KEY = 10**18 - 1


def number(text, *, most=10**9 - 1):
    """Return the whole number that ``text`` writes in plain digits, at most ``most``.

    ``NO_NUMBER`` where it writes none.
    """
    plain = text and text.isascii() and text.isdigit() and len(text) <= len(str(most))
    return int(text) if plain and int(text) <= most else NO_NUMBER


def key(text):
    """Return the primary key that ``text`` writes, or one that no row has."""
    return number(text, most=LARGEST_KEY)


def keys(texts):
    """Return the primary keys among ``texts`` in their order, without what is no key."""
    return [found for found in map(key, texts) if found != NO_NUMBER]


def series(text):
    """Return the series that ``text`` writes, or one that no record has."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return NO_SERIES
