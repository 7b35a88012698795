"""Numbers that a browser sends: what is none never matches anything."""

NO_NUMBER = -1
LARGEST_KEY = 10**18 - 1


def number(text, *, most=10**9 - 1):
    """The whole number that ``text`` writes in plain digits, at most ``most``; ``NO_NUMBER`` where it writes none."""
    plain = text and text.isascii() and text.isdigit() and len(text) <= len(str(most))
    return int(text) if plain and int(text) <= most else NO_NUMBER


def key(text):
    """The primary key that ``text`` writes; one that no row has where it writes none."""
    return number(text, most=LARGEST_KEY)


def keys(texts):
    """The primary keys among ``texts``, in their order; what is no key is left out."""
    return [found for found in map(key, texts) if found != NO_NUMBER]
