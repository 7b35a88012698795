"""Draw again from the record of a draw: python3 recompute_draw.py draw.json. Needs nothing but Python."""

import hashlib
import json
import sys
from pathlib import Path

record = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))


def order(purpose, codes):
    """The codes in the order of the SHA-256 of seed, purpose and code."""
    return sorted(codes, key=lambda code: hashlib.sha256(f"{record['seed']}|{purpose}|{code}".encode()).hexdigest())


units = order("targets", [unit["id"] for unit in record["targets"] if not unit["excluded"]])
for unit in units[: record["number_of_targets"]]:
    able = [one["id"] for one in record["inspectors"] if not one["excluded"] and unit not in one["keeps_from"]]
    print(unit, *order(unit, able)[: record["team"]])
