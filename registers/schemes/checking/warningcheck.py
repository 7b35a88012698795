"""Faults in what a scheme says of warnings. Pure: no Django, no database."""

from registers.schemes.parts import Role

APPROVERS = (Role.OFFICE, Role.SCHOOL_GROUP, Role.PARTY_COMMITTEE)


def faults(scheme):
    """Yield what warnings say against themselves, or against grades, roles and papers."""
    series = set()
    for index, action in enumerate(scheme.warning_actions):
        yield from _action(scheme, ("warning_actions", index), action)
        word = action.series or action.label
        if word in series:
            yield (
                ("warning_actions", index, "series"),
                f"文号代字“{word}”已用于另一种方式，文号会分不清",
                "每种方式用自己的代字",
            )
        series.add(word)
    yield from _levels(scheme)
    yield from _rules(scheme)
    if scheme.warning_actions and Role.OFFICE not in scheme.roles:
        yield ("warning_actions",), "预警没有人办理：roles 中没有 office", "在 roles 中补上 office: 名称"


def _action(scheme, where, action):
    for name in ("issuer", "approver"):
        role = getattr(action, name)
        if role not in APPROVERS:
            yield (
                (*where, name),
                f"“{action.label}”的 {name} 不能是 {role}",
                f"改为以下之一：{'、'.join(APPROVERS)}",
            )
        elif role not in scheme.roles and role != Role.OFFICE:
            yield (*where, name), f"角色“{role}”没有名称", f"在 roles 中补上 {role}: 名称"
    yield from _ranks(scheme, (*where, "grades"), action.grades)
    if action.forms and action.target == "unit":
        yield (
            (*where, "forms"),
            f"“{action.label}”只对单位，不计入四种形态",
            "删去 forms，或改为 target: either",
        )
    paper = scheme.papers.get(action.paper)
    if action.reference_only and (action.paper or action.answer_days or action.talk):
        yield (
            (*where, "reference_only"),
            f"“{action.label}”只登记文号、日期和存放处，不能另有文书、答复期限和谈话记录",
            "删去 paper、answer_days 和 talk，或删去 reference_only",
        )
    elif paper is not None and paper.about != "warning":
        yield (
            (*where, "paper"),
            f"“{action.label}”的文书“{paper.title}”不能由系统填写",
            "改用 about: warning 的表格",
        )


def _ranks(scheme, where, ranks):
    known = {grade.rank for grade in scheme.grades}
    if wrong := set(ranks) - known:
        yield where, f"等级序号 {sorted(wrong)} 不存在", f"只能用 {sorted(known)}"


def _levels(scheme):
    for name, word in (("code", "代码"), ("label", "名称"), ("severity", "轻重次序")):
        seen = set()
        for index, level in enumerate(scheme.warnings.levels):
            value = getattr(level, name)
            if value in seen:
                yield ("warnings", "levels", index, name), f"预警等级的{word}“{value}”重复", "每个预警等级各不相同"
            seen.add(value)


def _rules(scheme):
    levels = {level.code for level in scheme.warnings.levels}
    actions = {action.code for action in scheme.warning_actions}
    seen = set()
    for index, rule in enumerate(scheme.warnings.rules):
        where = ("warnings", "rules", index)
        for name, known, word in (("level", levels, "预警等级"), ("action", actions, "处置方式")):
            code = getattr(rule, name)
            if code not in known:
                yield (
                    (*where, name),
                    f"{word}“{code}”不存在",
                    f"改为已有的：{'、'.join(sorted(known)) or '（无，请先补上）'}",
                )
        if rule.trigger in seen:
            yield (*where, "trigger"), f"起因“{rule.trigger}”写了两次", "每种起因只写一条规则"
        seen.add(rule.trigger)
        yield from _ranks(scheme, (*where, "grades"), rule.grades)
        if rule.trigger == "no_measure" and not rule.grades:
            yield (*where, "grades"), "没有写哪些等级的风险点必须有措施", "补上 grades，如 [1]"
        if rule.trigger == "term" and scheme.rotation.post_years is None:
            yield (
                (*where, "trigger"),
                "方案没有写任职几年应当轮岗，不会有超期",
                "在 rotation 中补上 post_years，或删去这条规则",
            )
