"""Faults of a scheme that show only when its parts are compared with each other.

Each check yields ``(where, fault, remedy)``; ``where`` is the path of keys and indexes into the file.
"""

from collections import Counter
from functools import partial

from registers.schemes.checking import (
    adjustmentcheck,
    askcheck,
    assessmentcheck,
    bodycheck,
    carryingcheck,
    contradictions,
    custodycheck,
    disclosurecheck,
    doorcheck,
    dutiescheck,
    gradingcheck,
    inspectioncheck,
    kindcheck,
    lengths,
    papercheck,
    publicitycheck,
    rankingcheck,
    residualcheck,
    warningcheck,
)
from registers.schemes.language import SUCCESSION, Brings, Level, Role, StepKind

GRANTS_EXTENSIONS = (
    Role.UNIT_HEAD,
    Role.LEADER_IN_CHARGE,
    Role.OFFICE,
    Role.SCHOOL_GROUP,
    Role.PARTY_COMMITTEE,
)


FILLS_PAPERS = ("tasks", "routes", "groups")  # what is wrong here shows on papers too


def faults(scheme, *, whole=True):
    """Yield all faults of a scheme that its types cannot see.

    ``whole``: nothing was left out of the scheme, else what is missing explains much. Papers are blamed only for what
    nothing else explains.
    """
    checks = (
        _roles,
        _extensions,
        _doubles,
        gradingcheck.faults,
        _scope,
        kindcheck.faults,
        _routes,
        bodycheck.faults,
        _phases,
        _tasks,
        carryingcheck.faults,
        askcheck.faults,
        lengths.faults,
        papercheck.faults,
        publicitycheck.faults,
        doorcheck.faults,
        custodycheck.faults,
        disclosurecheck.faults,
        inspectioncheck.faults,
        assessmentcheck.faults,
        residualcheck.faults,
        warningcheck.faults,
        rankingcheck.faults,
        dutiescheck.faults,
        _rotation,
        partial(contradictions.faults, whole=whole),
    )
    for check in checks:
        for fault in check(scheme):
            whole = whole and fault[0][0] not in FILLS_PAPERS
            yield fault
    yield from adjustmentcheck.faults(scheme, known=askcheck.askable(Brings.POWERS))
    if whole:
        yield from papercheck.unfilled(scheme)


def _roles(scheme):
    for role in sorted({step.role for route in scheme.routes.values() for step in route.steps}):
        if role not in scheme.roles:
            yield ("roles",), f"路线用到角色“{role}”，但 roles 中没有它的名称", f"在 roles 中补上 {role}: 名称"


def _extensions(scheme):
    role = scheme.conduct.extensions
    if role not in GRANTS_EXTENSIONS:
        yield (
            ("conduct", "extensions"),
            f"延期不能由“{role}”办理",
            f"改为以下之一：{'、'.join(GRANTS_EXTENSIONS)}",
        )
    elif role not in scheme.roles and any(task.deadline == "extension" for task in scheme.tasks):
        yield ("roles",), f"延期由角色“{role}”办理，但 roles 中没有它的名称", f"在 roles 中补上 {role}: 名称"


def _doubles(scheme):
    for section in contradictions.LISTS:
        seen = set()
        for index, item in enumerate(getattr(scheme, section)):
            if item.code in seen:
                yield (section, index, "code"), f"代码“{item.code}”重复", "同一组内每个代码只能用一次"
            seen.add(item.code)
    for slug, route in scheme.routes.items():
        for code, count in Counter(step.code for step in route.steps).items():
            if count > 1:
                yield ("routes", slug, "steps"), f"步骤代码“{code}”出现 {count} 次", "为每个步骤取不同的代码"


def _scope(scheme):
    for number, alternative in enumerate(scheme.scope.any_of):
        for index, condition in enumerate(alternative):
            rank = condition.rank_at_least
            if rank is not None and rank not in scheme.ranks:
                yield (
                    ("scope", "any_of", number, index, "rank_at_least"),
                    f"职级“{rank}”不在 ranks 中",
                    f"在 ranks 中从低到高列出职级，现有：{'、'.join(scheme.ranks) or '（未列）'}",
                )


def _routes(scheme):
    ranks = {grade.rank for grade in scheme.grades}
    for slug, route in scheme.routes.items():
        where = ("routes", slug, "steps")
        if route.steps[0].kind is not StepKind.FILL:
            yield (*where, 0, "kind"), f"路线“{route.label}”的第一步不是填报", "第一步的 kind 应为 fill"
        for index, step in enumerate(route.steps):
            here = (*where, index)
            if index and step.kind is StepKind.FILL:
                yield (*here, "kind"), "填报步骤只能是路线的第一步", "退回即回到填报，删去这一步"
            if step.kind is StepKind.ADJUDICATE and step.sets is None:
                yield here, f"评定步骤“{step.label}”没有说明确定哪个等级", "补上 sets: proposed_grade 或 final_grade"
            if step.kind is StepKind.PUBLICISE and step.audience is None:
                yield here, f"公示步骤“{step.label}”没有说明范围", "补上 audience: unit、school 或 public"
            if step.kind in (StepKind.FILL, StepKind.COPY, StepKind.PUBLICISE) and step.may_return:
                yield (*here, "may_return"), f"步骤“{step.label}”不能退回", "删去 may_return"
            if wrong := set(step.grades) - ranks:
                yield (*here, "grades"), f"等级序号 {sorted(wrong)} 不存在", f"只能用 {sorted(ranks)}"
            if step.kind is StepKind.COLLECTIVE_REVIEW and step.role is not Role.GROUP_MEMBER:
                yield (*here, "role"), f"集体审核“{step.label}”的角色应为领导小组成员", "改为 role: group_member"


def _phases(scheme):
    for index, phase in enumerate(scheme.phases):
        if phase.start and phase.start.on(2025) > phase.due.on(2025):
            yield ("phases", index, "start"), f"“{phase.label}”开始晚于结束", "核对日期；跨年请写 Y+1 或 Y-1"


def _tasks(scheme):
    phases = {phase.code for phase in scheme.phases}
    tasks = {task.code: task for task in scheme.tasks}
    asked = scheme.conduct.succession.route
    if asked is not None and asked not in scheme.routes:
        yield (
            ("conduct", "succession", "route"),
            f"接任人确认所用的流程“{asked}”不存在",
            f"改为已有的：{'、'.join(sorted(scheme.routes))}，或删去 route",
        )
    for index, task in enumerate(scheme.tasks):
        where = ("tasks", index)
        if task.code == SUCCESSION:
            yield (*where, "code"), f"代码“{SUCCESSION}”由系统用于接任人确认", "换一个代码"
        for name, known in (("phase", phases), ("paper", scheme.papers), ("route", scheme.routes)):
            if getattr(task, name) not in known and (name, task.phase) != ("phase", None):
                yield (
                    (*where, name),
                    f"“{task.label}”引用的 {name}“{getattr(task, name)}”不存在",
                    f"改为已有的：{'、'.join(sorted(known))}",
                )
        for code in task.after:
            if code not in tasks:
                yield (*where, "after"), f"先行任务“{code}”不存在", f"改为已有任务：{'、'.join(tasks)}"
            elif tasks[code].level is not task.level:
                yield (*where, "after"), f"先行任务“{code}”的层面与本任务不同", "先行任务须由同一人或同一单位完成"
        yield from _days(where, task)
        yield from _files(where, task)
        if task.route in scheme.routes:
            yield from _filler(where, task, scheme.routes[task.route])
            yield from _grading_steps(where, task, scheme.routes[task.route])
    if loop := _loop(tasks):
        yield ("tasks", list(tasks).index(loop), "after"), f"任务“{loop}”的先后关系成环", "删去其中一个 after"


def _days(where, task):
    if task.due is None and task.phase is not None:
        yield where, f"“{task.label}”属于一个阶段，却没有截止日期", "补上 due；常年开放的事项不写 phase 和 due"
    if task.due and task.phase is None:
        yield where, f"“{task.label}”有截止日期，却不属于任何阶段", "补上 phase；常年开放的事项不写 phase 和 due"
    if task.due is None and task.deadline != "soft":
        yield (
            (*where, "deadline"),
            f"“{task.label}”没有截止日期，不能规定逾期处理",
            "删去 deadline，或补上 phase 和 due",
        )
    if task.opens and task.due and task.opens.on(2025) > task.due.on(2025):
        yield (*where, "opens"), f"“{task.label}”开放晚于截止", "核对 opens 与 due"


def _files(where, task):
    if task.attachments != "none" and not task.attachment_label:
        yield (
            (*where, "attachments"),
            f"“{task.label}”要上传附件，却没有写明是什么材料",
            "补上 attachment_label，例如 attachment_label: 工作计划",
        )
    if task.attachments == "none" and task.attachment_label:
        yield (
            (*where, "attachment_label"),
            f"“{task.label}”写了附件名称，却不收附件",
            "补上 attachments: optional（可以上传）或 required（必须上传），或删去 attachment_label",
        )


def _filler(where, task, route):
    role = route.steps[0].role
    if (task.level is Level.PERSONAL) != (role is Role.POST_HOLDER):
        yield (
            (*where, "route"),
            f"“{task.label}”的层面与路线填报人不符",
            "个人表由 post_holder 填报，单位表由 liaison 填报",
        )


def _grading_steps(where, task, route):
    graded = task.brings in (Brings.GRADES, Brings.POST_GRADES) or "grades" in task.also
    if not graded and any(step.kind is StepKind.ADJUDICATE for step in route.steps):
        yield (
            (*where, "route"),
            f"“{task.label}”不评等级，路线“{route.label}”却有评定步骤",
            "换一条路线，或补上 also: [grades]" if task.brings is Brings.POINTS else "换一条没有评定步骤的路线",
        )


def _loop(tasks):
    for code in tasks:
        seen, waiting = set(), list(tasks[code].after)
        while waiting:
            earlier = waiting.pop()
            if earlier == code:
                return code
            if earlier in tasks and earlier not in seen:
                seen.add(earlier)
                waiting.extend(tasks[earlier].after)
    return None


def _rotation(scheme):
    """Yield domains in ``heads_kept_from`` that the scheme does not have."""
    known = [domain.code for domain in scheme.domains]
    for index, code in enumerate(scheme.rotation.heads_kept_from):
        if code not in known:
            yield (
                ("rotation", "heads_kept_from", index),
                f"领域“{code}”不在 domains 中",
                f"改为：{'、'.join(known)}" if known else "先在 domains 中列出各领域，再写 heads_kept_from",
            )
    if scheme.rotation.flag and scheme.rotation.post_years is None:
        yield ("rotation", "flag"), "写了 flag（哪些岗位），没有写任职几年应当轮岗", "补上 post_years，或删去 flag"
