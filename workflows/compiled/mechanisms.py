"""防控机制: how a scheme has risks prevented, watched, warned of and answered for, in words.

Source: R2-27.
"""

from registers.papers.compose import source

# What a rule of warnings sees, in words with its numbers.
TRIGGERS = {
    "overdue": "同一填报人一年中逾期提交或逾期未交满 {times} 张",
    "rectification": "问题过整改期限 {days} 天没有申请销号",
    "no_measure": "{grades}风险点生效超过 {days} 天没有措施",
    "objection": "对一个单位的异议一年中成立或部分成立满 {times} 件",
    "term": "任职超过轮岗年限 {days} 天",
}
ROWS = ("part", "item", "content")


@source("prevention_mechanism", about="unit", rows=ROWS)
def prevention_mechanism(*, unit, units, on, rules, reader=None):
    """防控机制: grades, measures, checks, rectification, warnings, assessment as the rule book has them."""
    found = [*_grades(rules), *_measures(rules), *_inspections(rules), *_warnings(rules), *_assessment(rules)]
    return {"rows": [dict(zip(ROWS, row, strict=True)) for row in found]}


def _grades(rules):
    for grade in rules.grades:
        said = [grade.criterion, grade.supervision]
        yield "等级评定", grade.label, "；".join(text for text in said if text) or "—"


def _measures(rules):
    for stage in rules.measure_stages:
        yield "防控措施", stage.label, "逐项写明内容、责任人和完成时限，由他人核查"


def _inspections(rules):
    labels = {grade.code: grade.label for grade in rules.grades}
    for one in rules.inspection.frequency:
        office = f"学校每 {one.office_months} 个月检查" if one.office_months else "学校随机抽查"
        yield "分级监控", labels.get(one.grade, one.grade), f"单位每 {one.unit_months} 个月自查，{office}"
    if rules.inspection.are_held:
        kinds = "、".join(kind.label for kind in rules.inspection.kinds)
        methods = "、".join(method.label for method in rules.inspection.methods)
        yield "监督检查", "种类和方法", f"{kinds}；{methods}"
        said = f"{rules.inspection.plan_days} 个工作日内报方案，{rules.inspection.rectification_days} 天内整改"
        yield "监督检查", "整改", f"{said}，{rules.inspection.look_back_months} 个月后回头看"


def _warnings(rules):
    levels = {level.code: level.label for level in rules.warnings.levels}
    actions = {action.code: action.label for action in rules.warning_actions}
    grades = {grade.rank: grade.label for grade in rules.grades}
    for rule in rules.warnings.rules:
        which = "、".join(grades[rank] for rank in rule.grades if rank in grades)
        seen = TRIGGERS[rule.trigger].format(times=rule.times, days=rule.days, grades=which)
        yield (
            "预警规则",
            levels.get(rule.level, rule.level),
            f"{seen}的，由系统建议{actions.get(rule.action, rule.action)}",
        )
    for action in sorted(rules.warning_actions, key=lambda one: one.severity):
        said = [f"由{rules.roles.get(action.approver, action.approver)}签发"]
        said += [f"签收后 {action.answer_days} 个工作日内答复"] if action.answer_days else []
        said += ["只登记文号、日期和存放处"] if action.reference_only else []
        yield "预警处置", action.label, "，".join(said)


def _assessment(rules):
    if not rules.assessment.is_held:
        return
    for criterion in rules.assessment.criteria:
        yield "考核评议", criterion.label, f"{criterion.points} 分"
    yield "考核评议", "档次", "、".join(f"{band.label}（{band.at_least} 分起）" for band in rules.assessment.bands)
