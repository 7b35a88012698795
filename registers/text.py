"""Text as people type it, without what nobody can see. Pure: no Django."""

import re

# Controls, lone surrogates, non-characters, joiners and the marks that reorder text: none can be seen, PostgreSQL refuses NUL,
# some make a spreadsheet unreadable or show another text than the one that was signed. Private-use characters stay: names have them.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufffe\uffff]"
)


def without_unseen(text):
    """Return ``text`` without characters that cannot be seen, and how many were left out."""
    return _UNSEEN.subn("", text)
