"""Text as people type it: invisible characters, differences, digests.

Pure: no Django.
"""

import hashlib
import json
import re
from difflib import SequenceMatcher

# Controls, lone surrogates, non-characters, joiners and the marks that reorder text: none can be seen, PostgreSQL refuses NUL,
# some make a spreadsheet unreadable or show another text than the one that was signed. Private-use characters stay: names have them.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufffe\uffff]"
)


def digest_of(value):
    """Return the SHA-256 digest (64 hex digits) of the canonical JSON of ``value``.

    Whatever JSON does not know (days, identifiers) counts by its text. Two values have one digest only if they read the
    same.
    """
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return digest_of_text(text)


def digest_of_text(text):
    """Return the SHA-256 digest (64 hex digits) of ``text``."""
    return hashlib.sha256(text.encode()).hexdigest()


def without_unseen(text):
    """Return ``text`` without characters that cannot be seen, and how many were left out."""
    return _UNSEEN.subn("", text)


def segments(old, new):
    """Return both texts in marked pieces, as ``components/diff.html`` takes them.

    Each piece is ``("equal", "delete" or "insert", text)``. Texts with little in common are shown whole, one after the
    other.
    """
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if matcher.ratio() < 0.5:
        return [(kind, text) for kind, text in (("delete", old), ("insert", new)) if text]
    pieces = []
    for kind, start, end, new_start, new_end in matcher.get_opcodes():
        if kind == "equal":
            pieces.append(("equal", old[start:end]))
        else:
            pair = ("delete", old[start:end]), ("insert", new[new_start:new_end])
            pieces += [(word, text) for word, text in pair if text]
    return pieces
