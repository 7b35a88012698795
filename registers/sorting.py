"""What the name of a person is sorted by: its pinyin.

The dictionaries are loaded by who asks for a name: they would be a quarter of every start.
"""

import re
from functools import lru_cache
from itertools import pairwise

from registers.models import User

MOST = User._meta.get_field("sort_key").max_length
_RUNS = re.compile("[\u4e00-\u9fff]+|[ -~]+")


def sort_key(name):
    """Return what a name is sorted by.

    A syllable of most names is that of its character alone. Only a word that is read as a whole (重庆) needs the
    dictionary of words, which takes twenty times as long.
    """
    runs = _RUNS.findall(name)
    if "".join(runs) != name or any(pair in _beginnings() for pair in map("".join, pairwise(name))):
        return _read(name)[:MOST]
    parts = [part for run in runs for part in ([run] if run.isascii() else map(_syllable, run))]
    return " ".join(parts)[:MOST]


@lru_cache(maxsize=1)
def _beginnings():
    """Return the first two characters of all words that have readings of their own."""
    from pypinyin.constants import PHRASES_DICT  # noqa: PLC0415 (slow import)

    return {word[:2] for word in PHRASES_DICT}


@lru_cache(maxsize=30_000)
def _syllable(character):
    return _read(character)


def _read(words):
    from pypinyin import lazy_pinyin  # noqa: PLC0415 (slow import)

    return " ".join(lazy_pinyin(words))
