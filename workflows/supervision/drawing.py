"""The rule by which units and inspectors are drawn.

Pure: it needs the record of the draw and nothing else.
Whoever is in the pool gets the SHA-256 of seed, purpose and code; the smallest come first. ``docs/recompute_draw.py`` is the
same rule for everybody, without this project. Source: R0-25.
"""

import hashlib

ALGORITHM = "sha256-1"
TARGETS = "targets"


def order(seed, purpose, codes):
    """Return ``codes`` in the order in which the seed draws them for ``purpose``."""
    return sorted(codes, key=lambda code: hashlib.sha256(f"{seed}|{purpose}|{code}".encode()).hexdigest())


def able(pool, target):
    """Return the numbers of the people in a pool who may inspect the unit ``target`` (code)."""
    return [
        person["id"] for person in pool["inspectors"] if not person["excluded"] and target not in person["keeps_from"]
    ]


def drawn(seed, pool):
    """Return what the seed draws from a pool.

    ``targets`` in their order, and ``teams``: unit → everybody able, in order. A team is the first of them. Who cannot come is
    followed by the next, without another draw.
    """
    units = order(seed, TARGETS, [unit["id"] for unit in pool["targets"] if not unit["excluded"]])
    chosen = units[: pool["number_of_targets"]]
    return {"targets": chosen, "teams": {unit: order(seed, unit, able(pool, unit)) for unit in chosen}}
