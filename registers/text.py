"""Text as people type it: without what nobody can see, and where two texts differ. Pure: no Django."""

import re
from difflib import SequenceMatcher

# Controls, lone surrogates, non-characters, joiners and the marks that reorder text: none can be seen, PostgreSQL refuses NUL,
# some make a spreadsheet unreadable or show another text than the one that was signed. Private-use characters stay: names have them.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufffe\uffff]"
)


def without_unseen(text):
    """Return ``text`` without characters that cannot be seen, and how many were left out."""
    return _UNSEEN.subn("", text)


def segments(old, new):
    """Both texts as ``components/diff.html`` takes them; texts with little in common are shown whole."""
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if matcher.ratio() < 0.5:
        return [(kind, text) for kind, text in (("delete", old), ("insert", new)) if text]
    found = []
    for kind, start, end, new_start, new_end in matcher.get_opcodes():
        if kind == "equal":
            found.append(("equal", old[start:end]))
        else:
            pair = ("delete", old[start:end]), ("insert", new[new_start:new_end])
            found += [(word, text) for word, text in pair if text]
    return found
