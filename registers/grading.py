"""The grade that a scheme's rule proposes, with the reason in words.

A person decides. Pure: no Django.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Proposal:
    """The grade (a code) that the rule proposes, and why.

    ``grade`` is None as long as a factor has no value.
    """

    grade: str | None
    reason: str


def propose(rules, factors, *, forced_by=()):
    """Propose a grade for a risk point.

    ``rules`` is the typed scheme, ``factors`` maps factor code to value code, ``forced_by`` names facts of
    the point (``major_matter``) that a scheme may let force a grade. Source: R1-23 to R1-26, R0-08, R2-10, R3-19.
    """
    grades = {grade.rank: grade for grade in rules.grades}
    for fact in forced_by:
        if code := rules.grading.forced.get(fact):
            label = rules.label_of("grades", code)
            return Proposal(code, f"涉及“三重一大”事项，按方案应评为{label}。")
    places, words = [], []
    for factor in rules.grading.factors:
        codes = [value.code for value in factor.values]
        if factors.get(factor.code) not in codes:
            return Proposal(None, f"尚未选择“{factor.label}”。")
        place = codes.index(factors[factor.code])
        places.append((place, len(codes)))
        words.append(f"{factor.label}：{factor.values[place].label}")
    if rules.grading.rule == "cases":
        return _by_cases(rules, factors, words)
    if rules.grading.rule == "worst":
        alone = "按此项" if len(places) == 1 else "取其中较重的一项"
        rank, why = 1 + min(place for place, _ in places), f"{alone}，"
    elif all(place == 0 for place, _ in places):
        rank, why = 1, "各项均为最重，"
    elif all(place == size - 1 for place, size in places):
        rank, why = len(grades), "各项均为最轻，"
    else:
        rank, why = (1 + len(grades)) // 2, "各项因素轻重不一，按方案"
    grade = grades[rank]
    return Proposal(grade.code, f"{'；'.join(words)}。{why}建议评为{grade.label}。")


def _by_cases(rules, factors, words):
    for case in rules.grading.cases:
        if sum(factors[code] in values for code, values in case.when.items()) >= case.needed:
            grade, why = case.grade, case.because or "符合方案所列情形"
            break
    else:
        grade, why = rules.grading.otherwise, "不属于方案所列其他等级的情形"
    return Proposal(grade, f"{'；'.join(words)}。{why.rstrip('。')}，建议评为{rules.label_of('grades', grade)}。")
