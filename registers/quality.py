"""Hints for whoever reads many points: texts that say nearly the same. People judge. Pure: no Django, no database."""

import re

ALIKE = 0.6  # share of common pairs of characters from which two texts are shown as alike
SHORTEST = 6  # characters below which a text says too little to be compared
_SILENT = re.compile(r"[\W_]+")


def pairs(text):
    """The pairs of neighbouring characters of a text, without punctuation and spaces."""
    said = _SILENT.sub("", text)
    return (
        frozenset(said[place : place + 2] for place in range(len(said) - 1)) if len(said) >= SHORTEST else frozenset()
    )


def likeness(first, second):
    """How much two sets of pairs have in common, from 0 to 1 (Jaccard)."""
    return len(first & second) / len(first | second) if first and second else 0.0


def alike(text, others, *, least=ALIKE):
    """Of ``others`` (key → ``pairs`` of a text) those that say nearly the same as ``text``: ``[(key, likeness)]``, closest first."""
    own = pairs(text)
    found = [(key, likeness(own, theirs)) for key, theirs in others.items()]
    return sorted((row for row in found if row[1] >= least), key=lambda row: (-row[1], str(row[0])))
