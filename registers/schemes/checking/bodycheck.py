"""Faults in what a scheme says of bodies that decide in meetings."""

from registers.actors import SCHOOL_ROLES
from registers.schemes.language import StepKind

DECIDES = (StepKind.ADJUDICATE, StepKind.ENDORSE, StepKind.SIGN, StepKind.FILE, StepKind.DISCUSS)
SEATED = [role for role in SCHOOL_ROLES if role != "office"]  # the office prepares, it decides nothing


def faults(scheme):
    """Yield the contradictions between bodies, roles, groups and steps."""
    for code, body in scheme.bodies.items():
        yield from _of_body(scheme, code, body)
    used = set()
    for slug, route in scheme.routes.items():
        for index, step in enumerate(route.steps):
            used.update(filter(None, (step.body, step.overseen_by)))
            yield from _of_step(scheme, ("routes", slug, "steps", index), step)
    for code in scheme.bodies:
        if code not in used:
            yield (
                ("bodies", code),
                f"没有步骤由“{scheme.bodies[code].label}”决定",
                f"在相应步骤写 body: {code}，或删去这一项",
            )


def _of_body(scheme, code, body):
    where = ("bodies", code)
    if body.role not in SEATED:
        yield (
            (*where, "role"),
            f"“{body.label}”的成员不能是角色“{body.role}”：会议由学校领导小组或党委召开",
            f"改为以下之一：{'、'.join(SEATED)}",
        )
    elif body.role not in scheme.roles:
        yield (
            (*where, "role"),
            f"“{body.label}”没有成员：roles 中没有角色“{body.role}”",
            f"在 roles 中补上 {body.role}: 名称",
        )
    if "office" not in scheme.roles:
        yield where, f"“{body.label}”的会议没有人筹备：roles 中没有 office", "在 roles 中补上 office: 名称"
    group = scheme.groups.get("school") if body.role == "school_group" else None
    seats = body.seats or (group.min_members if group and "min_members" in group.model_fields_set else None)
    if seats is not None and body.needed_present(seats) > seats:
        yield (
            (*where, "at_least"),
            f"“{body.label}”要求至少 {body.at_least} 人到会，成员只有 {seats} 人",
            f"at_least 不得大于 {seats}，或改正 seats",
        )


def _of_step(scheme, where, step):
    for name in ("body", "overseen_by"):
        if (code := getattr(step, name)) is not None and code not in scheme.bodies:
            yield (
                (*where, name),
                f"步骤“{step.label}”的决定机构“{code}”不存在",
                f"改为已有的：{'、'.join(scheme.bodies)}" if scheme.bodies else "先在 bodies 中写明该机构",
            )
    body = scheme.bodies.get(step.body) if step.body else None
    if body is not None and step.kind not in DECIDES:
        yield (
            (*where, "body"),
            f"步骤“{step.label}”（{step.kind}）不能由会议决定",
            "只有 adjudicate、endorse、sign、file、discuss 可以写 body",
        )
    if body is not None and step.role != body.role:
        yield (
            (*where, "role"),
            f"步骤“{step.label}”由“{body.label}”决定，角色却不是其成员",
            f"改为 role: {body.role}",
        )
    if step.body and step.outside:
        yield (
            (*where, "body"),
            f"步骤“{step.label}”报{step.outside}备案，不能同时由会议决定",
            "把会议决定和校外备案写成两个步骤",
        )
    if step.overseen_by and not step.may_return:
        yield (
            (*where, "overseen_by"),
            f"步骤“{step.label}”写了可由会议退回，却不能退回",
            "补上 may_return: true，或删去 overseen_by",
        )
    if step.overseen_by and step.body:
        yield (*where, "overseen_by"), f"步骤“{step.label}”已由会议决定", "删去 overseen_by"
    if step.documents and not step.body:
        yield (
            (*where, "documents"),
            f"步骤“{step.label}”要求会前材料，却不由会议决定",
            "补上 body，或删去 documents",
        )
    codes = [document.code for document in step.documents]
    for index, code in enumerate(codes):
        if code in codes[:index]:
            yield (*where, "documents", index, "code"), f"代码“{code}”重复", "同一组内每个代码只能用一次"
