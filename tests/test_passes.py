"""Which pass of ``./run test`` runs what, and what it ends with."""

import ast
import os
import subprocess
import sys

import pytest

from tests import costs
from tests.longer import LONG
from tests.passes import BOTH, PASSES
from tests.sources import ROOT, at_once, files, tree_of
from tests.suite import NOTHING_COLLECTED, allocator, arguments_of, closing, status_of

pytestmark = pytest.mark.once

CHOICES = {"once", "database", "pg", "redis"}
WHERE = (BOTH, *PASSES)


def unplaced(source):
    """What is wrong with the words of a module about where it runs."""
    marks = [
        statement.value
        for statement in tree_of(source).body
        if isinstance(statement, ast.Assign) and getattr(statement.targets[0], "id", "") == "pytestmark"
    ]
    if len(marks) != 1:
        yield 1, 'pytestmark: say pytest.mark.once (no database) or pytest.mark.database("both"), see pyproject.toml'
    for value in marks:
        if not CHOICES & {node.attr for node in ast.walk(value) if isinstance(node, ast.Attribute)}:
            yield value.lineno, "pytestmark does not say where"
        for call in ast.walk(value):
            if isinstance(call, ast.Call) and call.func.attr == "database":
                places = {ast.literal_eval(place) for place in call.args}
                if not places <= set(WHERE) or (BOTH in places and len(places) > 1):
                    yield call.lineno, f"{places} are no places to run"


def test_every_module_says_where_it_runs():
    modules = [path for path in files(".py", "tests") if path.rpartition("/")[2].startswith("test_")]
    assert len(modules) > 100
    assert at_once(modules, unplaced) == []


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "pytestmark = pytest.mark.browser",
        'pytestmark = pytest.mark.database("nowhere")',
        'pytestmark = pytest.mark.database("both", "wide")',
        "pytestmark = pytest.mark.once\npytestmark = pytest.mark.once",
    ],
)
def test_module_that_does_not_say_where_it_runs_is_found(bad):
    assert len(list(unplaced(bad))) == 1
    assert list(unplaced('pytestmark = [pytest.mark.database("both"), pytest.mark.browser]')) == []


CASES = """
import pytest
pytestmark = pytest.mark.database("both")
def test_both(): pass
@pytest.mark.once
def test_nowhere(): pass
@pytest.mark.pg
def test_server(): pass
@pytest.mark.database("sqlite")
def test_file(): pass
@pytest.mark.redis
@pytest.mark.database("site")
def test_worker(): pass
@pytest.mark.database("wide")
def test_all(): pass
@pytest.mark.database("wide", "postgresql")
def test_readers(): pass
@pytest.mark.parametrize("case", "123")
def test_case(case): pass
@pytest.mark.parametrize("case", "12")
@pytest.mark.database("sqlite", "postgresql")
def test_every(case): pass
"""
ONE, EVERY = ["case[1]"], ["every[1]", "every[2]"]
CASE = [*ONE, "case[2]", "case[3]"]


@pytest.mark.parametrize(
    ("name", "run"),
    [
        ("sqlite", ["both", "nowhere", "file", *CASE, *EVERY]),
        ("postgresql", ["both", "server", "readers", *(CASE if LONG else ONE), *EVERY]),
        ("site", ["worker"]),
        ("wide", ["all", "readers"]),
        (None, ["both", "nowhere", "server", "file", "worker", "all", "readers", *CASE, *EVERY]),
    ],
)
def test_pass_runs_its_tests(tmp_path, name, run):
    """Without a pass, as ``pytest`` alone runs, nothing is left out."""
    (tmp_path / "test_cases.py").write_text(CASES)
    command = [sys.executable, "-m", "pytest", "-p", "tests.passes", "-p", "no:django", "-p", "no:cacheprovider", "-q"]
    command += ["--collect-only", "-c", "/dev/null", *(["--pass", name] if name else []), str(tmp_path)]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert [line.rpartition("test_")[2] for line in answer.stdout.splitlines() if "::" in line] == run, answer


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        ([], {"wide", "postgresql", "site"}),
        (["-k", "login"], {"wide", "postgresql", "site"}),
        (["tests/faults"], {"wide", "postgresql", "site"}),
        (["-x", "tests/workflows/test_terms.py::test_nothing"], {"postgresql"}),
        (["tests/browser/test_form.py", "tests/workflows/test_drafts.py"], {"site"}),
        (["tests/access/test_matrix.py"], {"wide"}),
        (["tests/test_house_rules.py"], set()),
    ],
)
def test_pass_that_has_nothing_to_run_is_not_started(arguments, names, monkeypatch):
    monkeypatch.chdir(ROOT)
    assert {name for name in PASSES[1:] if arguments_of(name, arguments) is not None} == names


def test_pass_loads_the_modules_that_it_runs_alone(monkeypatch):
    monkeypatch.chdir(ROOT)
    loaded = arguments_of("site", ["-x"])
    assert loaded[0] == "-x"
    assert {"tests/browser/test_form.py", "tests/faults/test_periodic.py"} < set(loaded)
    assert "tests/workflows/test_terms.py" not in loaded
    assert arguments_of("site", ["tests/browser"]) == ["tests/browser"]


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ([{"passed": 3, "skipped": 1}, {"passed": 2}], "5 passed, 1 skipped in 1.50s"),
        ([{"passed": 3, "failed": 1}, {"passed": 2, "error": 2}], "1 failed, 5 passed, 2 errors in 1.50s"),
        ([{"error": 1}, {}], "1 error in 1.50s"),
        ([{}, {}], "no tests ran in 1.50s"),
    ],
)
def test_last_line_counts_all_passes(counts, said):
    assert closing(counts, 1.5).strip("= ") == said


@pytest.mark.parametrize(
    ("statuses", "status"),
    [
        ([0, 0], 0),
        ([1, 0], 1),
        ([0, 1], 1),
        ([0, NOTHING_COLLECTED], 0),  # a choice of tests that one pass alone runs
        ([NOTHING_COLLECTED, 1], 1),
        ([NOTHING_COLLECTED, NOTHING_COLLECTED], NOTHING_COLLECTED),
        ([0, -9], -9),
    ],
)
def test_failure_of_any_pass_is_one_of_all(statuses, status):
    assert status_of(statuses) == status


def test_allocator_of_the_passes_is_in_use_and_finds_nothing_to_say():
    """It complains about a setting that it does not know, and goes on without it."""
    memory = allocator()
    if not memory:
        pytest.skip("needs jemalloc")
    loaded = [sys.executable, "-c", "print('jemalloc' in open('/proc/self/maps').read())"]
    run = subprocess.run(loaded, env=os.environ | memory, capture_output=True, text=True, timeout=60, check=True)
    assert (run.stdout, run.stderr) == ("True\n", "")


def test_table_names_what_is_dear_without_a_reason(monkeypatch):
    monkeypatch.setattr(costs, "REASONS", {"tests/known.py": "因为"})
    lines = list(
        costs.table(
            {"A": {"tests/known.py": 15.0, "tests/new.py": 11.0}, "B": {"tests/known.py": 6.0, "tests/new.py": 10.0}}
        )
    )

    assert [line.split() for line in lines[1:-2]] == [
        ["21.0", "=", "15.0", "6.0", "tests/known.py", "因为"],
        ["21.0", "=", "11.0", "10.0", "tests/new.py"],
    ]
    assert "tests/new.py" in lines[-1]
    assert "known" not in lines[-1]
