"""The expected and the actual grade of a risk point (预期等级、实际等级), and why.

The decided grade is where both start, and neither changes it. *Expected*: every stage has a measure with somebody who carries it
out and a day. *Actual*: all of them were verified, that still counts, and nothing speaks against it. Harm has a floor. Pure: no
Django, no database.
"""

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class Check:
    """The latest check of a measure: its day, its result, and whether it came from outside the unit."""

    on: date
    verified: bool
    outside: bool = False


@dataclass(frozen=True)
class Measure:
    """A measure in force at a stage (its code).

    ``owner``, ``due``: is it said who carries it out, and by when. ``undone``: a note since the check says that it is not done.
    """

    stage: str
    owner: bool = False
    due: bool = False
    check: Check | None = None
    undone: bool = False


@dataclass(frozen=True)
class Facts:
    """What the rule looks at of one point on one day.

    ``rank``: of the decided grade, None where there is none. ``major``: is it about a major decision (三重一大). ``factors``: factor
    code → value. ``blockers``: sentences about what speaks against the measures. Checks count that are later than
    ``outlived`` and not earlier than ``same_from``, since when the point and its holder are the same.
    """

    rank: int | None
    measures: tuple = ()
    major: bool = False
    factors: dict = field(default_factory=dict)
    blockers: tuple = ()
    outlived: date = date.min
    same_from: date = date.min


@dataclass(frozen=True)
class Residual:
    """The ranks of a point, and why: None for all three where no grade is decided.

    ``missing``: what is missing for the next step down, a sentence each. ``bound``: why there is no further step, else empty.
    """

    initial: int | None
    expected: int | None
    actual: int | None
    missing: tuple = ()
    bound: str = ""

    @property
    def ranks(self):
        """The decided, the expected and the actual rank."""
        return self.initial, self.expected, self.actual

    @property
    def is_lighter(self):
        """Whether verified measures have brought the point below its decided grade."""
        return self.actual != self.initial


def residual(rules, facts):
    """Return the ``Residual`` of a point under the typed scheme ``rules``."""
    ranks = sorted(grade.rank for grade in rules.grades)
    if facts.rank not in ranks:
        return Residual(None, None, None, ("尚未评定等级",))
    lightest, bound = _lightest(rules, facts, ranks)
    if lightest == facts.rank:
        return Residual(facts.rank, facts.rank, facts.rank, bound=bound)
    unpromised = [gap for stage in rules.measure_stages for gap in _unpromised(rules, stage, facts.measures)]
    unverified = [gap for stage in rules.measure_stages for gap in _unverified(rules, stage, facts)]
    expected = facts.rank if unpromised else lightest
    missing = (*unpromised, *unverified, *sorted(set(facts.blockers)))
    return Residual(facts.rank, expected, facts.rank if missing else lightest, missing, "" if missing else bound)


def is_settled(rules, rank):
    """Whether no measure makes a point with this rank lighter, whatever else is true of it."""
    ranks = sorted(grade.rank for grade in rules.grades)
    return rank not in ranks or _lightest(rules, Facts(rank), ranks)[0] == rank


def _lightest(rules, facts, ranks):
    """The rank that measures can lead to at the most, and in words why they lead no further."""
    rule, at = rules.residual, ranks.index(facts.rank)
    lightest = ranks[min(at + rule.levels_down, len(ranks) - 1)]
    bound = "已是最轻的等级" if lightest == ranks[-1] else f"最多比评定的等级下降 {rule.levels_down} 级"
    if (weighty := _weighty(rules, facts)) and lightest > max(facts.rank, rule.floor.rank):
        lightest = max(facts.rank, rule.floor.rank)
        bound = f"{weighty}，不因措施低于{_label(rules, lightest)}"
    return lightest, bound


def _weighty(rules, facts):
    """Why the harm of a point is so great that a floor holds, empty where it is not."""
    floor = rules.residual.floor
    if floor.major_matter and facts.major:
        return "涉及“三重一大”事项"
    for factor in rules.grading.factors:
        value = facts.factors.get(factor.code)
        if value in floor.factors.get(factor.code, ()):
            return f"{factor.label}为“{next(item.label for item in factor.values if item.code == value)}”"
    return ""


def _label(rules, rank):
    return next(grade.label for grade in rules.grades if grade.rank == rank)


def _called(rules, stage):
    return f"“{stage.label}”的措施" if rules.stages else stage.label


def _unpromised(rules, stage, measures):
    """What is missing until a stage has measures that can be counted on."""
    there = [measure for measure in measures if measure.stage == stage.code]
    if not there:
        yield f"{_called(rules, stage)}尚未制定"
    for said, lacking in (
        ("责任人", any(not row.owner for row in there)),
        ("完成时限（长期的，写明本期落实的日期）", any(not row.due for row in there)),
    ):
        if lacking:
            yield f"{_called(rules, stage)}没有写明{said}"


def _unverified(rules, stage, facts):
    """What is missing until the measures of a stage are verified. Nothing where there are none."""
    found = {_doubt(rules, measure, facts) for measure in facts.measures if measure.stage == stage.code}
    for doubt in sorted(found - {""}):
        yield f"{_called(rules, stage)}{doubt}"


def _doubt(rules, measure, facts):
    """Why a measure does not count as verified, empty where it does."""
    check = measure.check
    if check is None:
        return "尚未核查"
    months, outside = rules.residual.months, facts.rank in rules.residual.outside_unit
    doubts = (
        (not check.verified, f"核查未通过（{check.on:%Y-%m-%d}），落实后重新核查"),
        (measure.undone, "核查以后又记录为尚未落实，须重新核查"),
        (check.on <= facts.outlived, f"核查已满 {months} 个月（{check.on:%Y-%m-%d}），须重新核查"),
        (check.on < facts.same_from, f"核查（{check.on:%Y-%m-%d}）以后风险点有修改或换了责任人，须重新核查"),
        (outside and not check.outside, "须由单位以外的人员核查"),
    )
    return next((said for holds, said in doubts if holds), "")
