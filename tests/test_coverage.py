"""``docs/coverage.md`` tells the truth: every requirement once, every test that it names exists."""

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROW = re.compile(r"^\|\s*(R\d-\d+)\s*\|([^|\n]*)\|([^|\n]*)\|([^|\n]*)\|$", re.MULTILINE)
ROWS = ROW.findall((ROOT / "docs/coverage.md").read_text(encoding="utf-8"))

pytestmark = pytest.mark.once


def functions_of(path):
    return {
        node.name for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.FunctionDef)
    }


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
