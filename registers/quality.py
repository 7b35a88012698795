"""A search for risk points whose texts say nearly the same.

For whoever reads many points; people judge. Pure: no Django, no database.
"""

import re

ALIKE = 0.6  # share of common pairs of characters from which two texts are shown as alike
SHORTEST = 6  # characters below which a text says too little to be compared
_SILENT = re.compile(r"[\W_]+")


def pairs(text):
    """Return the pairs of neighbouring characters of a text, without punctuation and spaces."""
    said = _SILENT.sub("", text)
    return (
        frozenset(said[place : place + 2] for place in range(len(said) - 1)) if len(said) >= SHORTEST else frozenset()
    )


def likeness(first, second):
    """Return how much two sets of pairs have in common, from 0 to 1 (Jaccard)."""
    return len(first & second) / len(first | second) if first and second else 0.0


def alike(text, others, *, least=ALIKE):
    """Return those of ``others`` that say nearly the same as ``text``, closest first.

    ``others`` maps a key to the ``pairs`` of a text; the result is ``[(key, likeness)]``.
    """
    own = pairs(text)
    scored = [(key, likeness(own, theirs)) for key, theirs in others.items()]
    return sorted((row for row in scored if row[1] >= least), key=lambda row: (-row[1], str(row[0])))
