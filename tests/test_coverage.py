"""``docs/coverage.md`` and ``docs/sources.md`` tell the truth: requirements stand once, tests exist, sources can be looked up."""

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

from tests.sources import APPS, at_once, files, nodes_of

ROOT = Path(__file__).resolve().parent.parent
ROW = re.compile(r"^\|\s*(R\d-\d+)\s*\|([^|\n]*)\|([^|\n]*)\|([^|\n]*)\|$", re.MULTILINE)
ROWS = ROW.findall((ROOT / "docs/coverage.md").read_text(encoding="utf-8"))

pytestmark = pytest.mark.once


def functions_of(path):
    return {node.name for node in nodes_of(path.read_text(encoding="utf-8")) if isinstance(node, ast.FunctionDef)}


def test_every_requirement_stands_once():
    """Publicity, warning, inspection, accountability, archive, education and duties in the five documents."""
    counts = Counter(number for number, *_ in ROWS)
    assert len(counts) == 53
    assert {number: times for number, times in counts.items() if times > 1} == {}


def test_every_test_that_is_named_exists():
    wrong = []
    for number, _, where, named in ROWS:
        if not where.strip() or not named.strip():
            wrong.append(f"{number}: says not where, or by which test")
        for test in filter(str.strip, named.split("；")):
            file, _, name = test.strip().partition("::")
            path = ROOT / "tests" / file
            if not path.is_file() or (name and name not in functions_of(path)):
                wrong.append(f"{number}: no {test}")
    assert wrong == []


SOURCE = re.compile(r"\bR[0-4]-\d+\b")
# Numbers of notes that are no part of the project, so that nobody can look them up.
ELSEWHERE = re.compile(r"\b(design (decision |section )?\d|domain D\d|supervision \d|reliability [A-Z]\d|[A-Z]\d-\d+)")


def unknown(known):
    """A check that finds sources which ``known`` does not hold."""

    def check(source):
        for number, line in enumerate(source.splitlines(), 1):
            yield from ((number, found) for found in SOURCE.findall(line) if found not in known)
            yield from ((number, found[0]) for found in ELSEWHERE.finditer(SOURCE.sub("", line)))

    return check


def test_every_source_can_be_looked_up():
    """A number that stands in the code stands in ``docs/sources.md`` with the words that it is about."""
    page = (ROOT / "docs/sources.md").read_text(encoding="utf-8")
    known = Counter(re.findall(r"^\| (R\d-\d+) \| 「", page, re.MULTILINE))
    assert {number for number, times in known.items() if times > 1} == set()
    assert at_once(files(".py", *APPS), unknown(known)) == []


def test_source_that_nobody_can_look_up_is_found():
    found = unknown({"R1-27": 1})(
        "Source: R1-27.\nSource: R1-99.\nSource: domain D2.\nSource: C5-16.\n(design decision 3)\n"
    )
    assert [line for line, _ in found] == [2, 3, 4, 5]
