"""Faults of a scheme's grades and of the rule that proposes them. Pure: no Django, no database."""

from itertools import product

MANY = 200_000  # comparisons of a line with factor values; lines that can never fit are not searched for by more


def faults(scheme):
    """Yield ``(where, fault, remedy)`` for grades and grading rule."""
    ranks = [grade.rank for grade in scheme.grades]
    if ranks != list(range(1, len(ranks) + 1)):
        yield ("grades",), f"等级的 rank 为 {ranks}", "从最重到最轻依次写 1、2、3……"
    codes = {grade.code for grade in scheme.grades}
    for name, grade in scheme.grading.forced.items():
        if grade not in codes:
            yield ("grading", "forced", name), f"强制等级“{grade}”不存在", _known("等级", codes)
    yield from _factors(scheme)
    if scheme.grading.rule == "cases":
        yield from _cases(scheme.grading, codes)
    elif scheme.grading.cases or scheme.grading.otherwise:
        yield (
            ("grading", "rule"),
            f"规则 {scheme.grading.rule} 不用 cases 和 otherwise",
            "改为 rule: cases，或删去 cases 和 otherwise",
        )


def _factors(scheme):
    seen = set()
    for index, factor in enumerate(scheme.grading.factors):
        where = ("grading", "factors", index)
        if factor.code in seen:
            yield (*where, "code"), f"代码“{factor.code}”重复", "同一组内每个代码只能用一次"
        seen.add(factor.code)
        values = [value.code for value in factor.values]
        if len(set(values)) < len(values):
            yield (*where, "values"), f"因素“{factor.label}”的取值代码有重复", "为每一档取不同的代码"
        if scheme.grading.rule == "worst" and len(values) != len(scheme.grades):
            yield (
                (*where, "values"),
                f"因素“{factor.label}”有 {len(values)} 档，等级有 {len(scheme.grades)} 级",
                "采用 worst 规则时两者数量应相同",
            )


def _cases(grading, grades):
    if not grading.cases:
        yield ("grading", "rule"), "规则 cases 没有列出任何一条", "在 cases 中逐条写明 when 和 grade"
    if grading.otherwise not in grades:
        yield (
            ("grading",),
            f"不属于任何一条时的等级 otherwise“{grading.otherwise or ''}”不存在",
            _known("等级", grades),
        )
    values = {factor.code: {value.code for value in factor.values} for factor in grading.factors}
    sound = True
    for index, case in enumerate(grading.cases):
        where = ("grading", "cases", index)
        for fault in _case(where, case, values, grades):
            sound = False
            yield fault
    if sound:
        yield from _unreachable(grading)


def _case(where, case, values, grades):
    if case.grade not in grades:
        yield (*where, "grade"), f"等级“{case.grade}”不存在", _known("等级", grades)
    if case.needed > len(case.when):
        yield (
            (*where, "at_least"),
            f"要求符合 {case.needed} 项，只列出 {len(case.when)} 项",
            "减小 at_least 或补足 when",
        )
    for factor, wanted in case.when.items():
        if factor not in values:
            yield (*where, "when", factor), f"因素“{factor}”不存在", _known("因素", values)
        elif unknown := sorted(set(wanted) - values[factor]):
            yield (
                (*where, "when", factor),
                f"因素“{factor}”没有取值“{'、'.join(unknown)}”",
                _known("取值", values[factor]),
            )


def _unreachable(grading):
    scales = [[(factor.code, value.code) for value in factor.values] for factor in grading.factors]
    total = 1
    for scale in scales:
        total *= len(scale)
    if total * len(grading.cases) > MANY:
        return
    waiting = set(range(len(grading.cases)))
    for combination in product(*scales):
        chosen = dict(combination)
        for index, case in enumerate(grading.cases):
            if sum(chosen[factor] in values for factor, values in case.when.items()) >= case.needed:
                waiting.discard(index)
                break
    for index in sorted(waiting):
        yield (
            ("grading", "cases", index),
            f"第 {index + 1} 条永远用不到：符合它的都已符合前面的某一条",
            "调整各条的先后，或删去这一条",
        )


def _known(what, known):
    return f"改为已有{what}：{'、'.join(sorted(known))}"
