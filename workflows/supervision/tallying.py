"""The arithmetic of a survey: what comes of its answers, and what may be shown.

Pure: no Django, no database. 不了解 and what was left blank count neither way. Nothing is shown of fewer answers than asked, and no two
figures that are shown differ by fewer people than that.
"""

from dataclasses import dataclass
from fractions import Fraction

from workflows.supervision.scoring import rounded

HELD, FEW, SHORT, VOID = "held", "few", "short", "void"
STATES = {
    HELD: "有效",
    FEW: "有效答卷不足，不出结果",
    SHORT: "回收不过半数，不出结果",
    VOID: "收回多于发出，作废",
}


@dataclass(frozen=True)
class Tally:
    """What is shown of one question: its score, and how many answers count.

    Each is None where it would say too much.
    """

    question: str
    score: object = None
    valid: int | None = None


@dataclass(frozen=True)
class GroupResult:
    """What is shown of one group of people.

    ``state``: of ``STATES``; a group that is not held has neither score nor tallies.
    """

    group: str
    state: str
    given_out: int
    returned: int
    score: object = None
    tallies: tuple = ()


def tally(question, answers, values, fewest):
    """Return the ``Tally`` of one question.

    ``answers``: the codes that were chosen, "" where nothing was. ``values``: code → value, None for 不了解.
    """
    counted = [values[code] for code in answers if values.get(code) is not None]
    if len(counted) < fewest:
        return Tally(question)
    left = len(answers) - len(counted)
    return Tally(question, rounded(Fraction(sum(counted), len(counted))), None if 0 < left < fewest else len(counted))


def of_group(group, sheets, *, questions, values, given_out, returned, fewest):
    """Return the ``GroupResult`` of a group.

    ``sheets``: for each paper that came back, question → code. ``returned``: more than so many percent of those given out must come
    back. The score is the mean of the questions that are shown, so that no other is found by subtraction.
    """
    said = {"group": group, "given_out": given_out, "returned": len(sheets)}
    if len(sheets) > given_out:
        return GroupResult(state=VOID, **said)
    if len(sheets) * 100 <= given_out * returned:
        return GroupResult(state=SHORT, **said)
    tallies = tuple(tally(code, [sheet.get(code, "") for sheet in sheets], values, fewest) for code in questions)
    shown = [Fraction(found.score) for found in tallies if found.score is not None]
    if not shown:
        return GroupResult(state=FEW, **said)
    return GroupResult(state=HELD, score=rounded(sum(shown) / len(shown)), tallies=tallies, **said)


def whole(results, weights):
    """Return the score of all groups together, None where none has one.

    Weighted as the scheme says, whatever the number of people. A group without a result has no part in it, so it cannot be found
    by subtracting the others.
    """
    held = [(Fraction(found.score), weights[found.group]) for found in results if found.state == HELD]
    total = sum(weight for _, weight in held)
    return rounded(sum(score * weight for score, weight in held) / total) if total else None
