"""Numbers that a browser sends: what is none never matches anything. Filters: never cut."""

import uuid

from registers.refusals import Refused

NO_NUMBER = -1
NO_SERIES = uuid.UUID(int=0)
LARGEST_KEY = 10**18 - 1
LONGEST_FILTER = 10_000  # characters; SQLite looks for no longer texts


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


def sought(sent, name):
    """Return the text that one filter of a list holds.

    Raises ``Refused`` where it is too long to be looked for.
    """
    text = sent.get(name, "").strip()
    if len(text) > LONGEST_FILTER:
        raise Refused(f"查找的文字最多 {LONGEST_FILTER} 字，现有 {len(text)} 字，请缩短后再查。", name)
    return text


def filters_sent(sent, *names):
    """Return what a list is filtered by: name → text. Raises ``Refused``."""
    return {name: sought(sent, name) for name in names}
