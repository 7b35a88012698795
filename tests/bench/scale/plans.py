"""How the database carries out a statement, in a few lines."""

import re

from django.db import Error, connection, transaction

LINES = 6
NODE = re.compile(r"^\s*(?:->\s*)?(?P<node>[A-Z][^()]*?)\s*\(actual rows=(?P<rows>\d+) loops=(?P<loops>\d+)\)")
LITERAL = re.compile(r"'[^']*'(::\w+)?|\b\d+\b")
MANY = re.compile(r"\((?:\?, )+\?\)")


def of(statement):
    """Return the plan of a reading statement, empty where it cannot be had.

    On PostgreSQL the nodes through which most rows pass, with how many; on SQLite what it scans and searches.
    """
    if not statement.lstrip("( ").upper().startswith(("SELECT", "WITH", "EXECUTE")):
        return ""
    postgresql = connection.vendor == "postgresql"
    asked = "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF)" if postgresql else "EXPLAIN QUERY PLAN"
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"{asked} {statement}")
            lines = [str(line[-1]) for line in cursor.fetchall()]
    except Error:
        return ""
    return "; ".join(_heaviest(lines) if postgresql else lines[:LINES])


def _heaviest(lines):
    """The nodes of a plan in its order, those through which the most rows pass."""
    nodes = []
    for place, line in enumerate(lines):
        if found := NODE.match(line):
            rows, loops = int(found["rows"]), int(found["loops"])
            # Rows that a node read and threw away cost as much as those it passed on.
            removed = next(
                (
                    int(more.rsplit(":", 1)[1])
                    for more in lines[place + 1 : place + 5]
                    if "Rows Removed" in more and not NODE.match(more)
                ),
                0,
            )
            times = f" × {loops}" if loops > 1 else ""
            kept = f"{rows}" + (f" of {rows + removed}" if removed else "")
            nodes.append(((rows + removed) * loops, place, f"{found['node']} ({kept}{times})"))
    chosen = sorted(nodes, reverse=True)[:LINES]
    return [text for _, _, text in sorted(chosen, key=lambda node: node[1])]


def shape(statement):
    """Return a statement without its values, so that the same one about something else is the same."""
    return " ".join(MANY.sub("(…)", LITERAL.sub("?", statement)).split())
