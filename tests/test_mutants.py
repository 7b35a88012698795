"""``./run mutants`` itself, on a project of one rule: what it finds, and what it says when a list no longer fits the code."""

import re

import pytest

from tests.mutants import __main__ as mutants

pytestmark = pytest.mark.once

RULE = "def is_late(day, due):\n    return day > due\n"
TEST = "from rule import is_late\n\n\ndef test_day_after_is_late():\n    assert is_late(2, 1)\n"
LIST = """
- file: rule.py
  tests: test_rule.py
  mutants:
    - name: nothing is late
      find: return day > due
      put: return day < due
    - name: the day itself is late
      find: day > due
      put: day >= due
    - name: a rule of last year
      find: day - due
      put: due - day
    - name: never ends
      find: return day
      put: |-
        while True:
                pass
            return day
"""


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project with one rule, a test that leaves a gap, and a list of mistakes."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # it needs none, and starts in a third of the time
    (tmp_path / "rule.py").write_text(RULE)
    (tmp_path / "test_rule.py").write_text(TEST)
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "rules.yaml").write_text(LIST)
    return tmp_path


def test_survivor_and_entry_out_of_date_are_found_and_the_project_stays_as_it_was(project, capsys):
    outcomes = mutants.run(mutants.read(project / "lists")[:3], project)

    assert [(mutant.name, outcome, remark) for mutant, outcome, remark in outcomes] == [
        ("nothing is late", mutants.KILLED, ""),
        ("the day itself is late", mutants.SURVIVED, ""),
        (
            "a rule of last year",
            mutants.OUT_OF_DATE,
            "rules.yaml 第 11 行“a rule of last year”：要替换的内容在 rule.py 中出现 0 次，应为 1 次。请按现在的代码改写 find。",
        ),
    ]
    assert sorted(path.name for path in project.iterdir()) == ["lists", "rule.py", "test_rule.py"]
    assert (project / "rule.py").read_text() == RULE

    capsys.readouterr()
    assert mutants.close(outcomes, {}) == 1
    said = capsys.readouterr().out
    assert "共 3 个：被发现 1，未被发现 1，清单过期 1" in said
    assert "“the day itself is late”（rule.py）未被发现。请补写测试" in said
    assert "请按现在的代码改写 find" in said
    assert mutants.close(outcomes[:2], {"the day itself is late": "谁也看不出差别。"}) == 0
    assert "谁也看不出差别。" in capsys.readouterr().out
    assert mutants.close([outcomes[1]] * 4, {"the day itself is late": "谁也看不出差别。"}) == 1


def test_mutant_that_hangs_is_noticed_and_ended(project):
    hanging = mutants.read(project / "lists")[3]

    with mutants.copy_of(project) as (place, environment):
        assert mutants.judge(hanging, project, place, environment, seconds=1) == (mutants.KILLED, "1 秒后仍未结束")
        assert (place / "rule.py").read_text() == RULE


def test_tests_that_fail_without_any_mutant_judge_nothing(project):
    (project / "test_rule.py").write_text(TEST.replace("is_late(2, 1)", "is_late(1, 2)"))

    with pytest.raises(mutants.ControlFailed, match="没有改动时测试就不通过"):
        mutants.run(mutants.read(project / "lists")[:1], project)


def test_mistake_that_is_no_python_is_an_entry_out_of_date(project):
    first = mutants.read(project / "lists")[0]

    with pytest.raises(mutants.OutOfDate, match=re.escape("替换后 rule.py 第 2 行不是合法的代码")):
        mutants.mutated(mutants.Mutant(first.name, first.file, "day > due", "day >", first.tests, first.listed), RULE)


def test_lists_name_each_mistake_once_and_say_why_one_may_survive():
    listed, known = mutants.read(), mutants.reasons()
    names = [mutant.name for mutant in listed]

    assert len(names) == len(set(names)) >= 60
    assert set(known) <= set(names)
    assert len(known) <= mutants.MOST_SURVIVORS
    assert all(known.values())
    assert not [mutant.name for mutant in listed if mutant.find == mutant.put]
    assert not [mutant.tests for mutant in listed if not all((mutants.ROOT / test).exists() for test in mutant.tests)]


def test_every_mistake_still_fits_the_code():
    """So that whoever changes a rule changes its mistakes with it."""
    for mutant in mutants.read():
        mutants.mutated(mutant, (mutants.ROOT / mutant.file).read_text(encoding="utf-8"))
