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


# What takes room and shows nothing: fillers, soft hyphens, variation selectors, the blank of braille. In names and emoji some of
# them mean something, so they stay in a text; alone they are none.
_BLANK = re.compile(
    "[\\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]*"
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


def is_blank(text):
    """Return whether ``text`` is more than spaces and line breaks, and yet shows nothing."""
    return bool(text.strip()) and _BLANK.fullmatch(text) is not None


def clipped(text, most):
    """Return ``text`` as a quotation of at most ``most`` characters, with a mark where it is cut."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


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
