"""The answers of ``deciders`` in words: why these people, or what is missing and who can supply it."""

from typing import NamedTuple

from registers.schemes.bodies import SHARES
from registers.schemes.language import Brings
from workflows.models.submissions import CARRIED, CARRIER, IDLE, NOTICE, UNPUBLISHED, State
from workflows.policies.deciders import ENOUGH_OF_A_BODY, Missing, Why

AT_NOTICE = {UNPUBLISHED: "待公示", NOTICE: "公示"}  # where a sheet waits at its notice step


class Remedy(NamedTuple):
    """``what`` is missing, and ``who`` can supply it and how: sentences without a full stop."""

    what: str
    who: str

    def __str__(self):
        return f"{self.what}；{self.who}"


def remedy(lack, holding, rules, *, filer=None, absent=None):
    """Return the ``Remedy`` for a ``Lack``, in the words of the rule book ``rules``.

    Of a missing group list: ``filer`` is the id of the unit whose task of the campaign brings it, ``absent`` of the one whose task
    would if it took part.
    """
    unit, role = holding.unit_names[lack.unit], rules.roles.get(lack.role, lack.role)
    if lack.missing == Missing.LIAISON:
        label = rules.roles.get("liaison", "联络员")
        return Remedy(f"{unit}及上级单位都没有在任的{label}，单位表无人填报", f"请管理员登记{unit}{label}的任职")
    if lack.missing == Missing.ACCOUNT:
        return Remedy("填报人的账号已停用", "请管理员核对：已离岗的，系统每小时核对人员时停办该表；误停用的，恢复账号")
    if lack.missing == Missing.CARRIER:
        return _carrier(unit, holding.parents.get(lack.unit) is None, rules)
    if lack.missing == Missing.GROUP:
        return Remedy(
            f"{unit}及上级单位都没有已备案的{role}，集体审核无人办理", _group(unit, holding, rules, filer, absent)
        )
    if lack.missing == Missing.LATER:
        following = rules.roles.get(lack.following.role, lack.following.role)
        names = "、".join(holding.names[user] for user in lack.following.people)
        return Remedy(f"{role}空缺，或与该表有关须回避", f"系统每小时核对一次，将自动转{following}{names}办理")
    return _holders(lack, role, rules)


def _holders(lack, role, rules):
    """What is missing where the holders of a role are: the members of a body, its organiser, or anybody who may act."""
    if lack.missing == Missing.ORGANISER:
        return Remedy(f"没有在任的{role}，待会议审议的表无人列入议程", f"请管理员登记{role}的任职")
    if lack.missing == Missing.BODY:
        return Remedy(f"{role}的在任成员不足 {ENOUGH_OF_A_BODY} 人，不能开会", f"请管理员登记{role}成员的任职")
    top = rules.roles.get("party_committee", "党委")
    levels = role if role == top else f"{role}及以上各级（至{top}）"
    what = f"{levels}没有可以办理的人：空缺，或在任的人都与该表有关须回避"
    return Remedy(what, f"请管理员登记{role}的任职，由与该表无关的人担任")


def remedy_of_body(body, members, tasks, rules):
    """Return the ``Remedy`` for a body that is too few to decide on ``tasks``, None where it is not.

    ``members``: how many are on record.
    """
    if members >= body.fewest_members:
        return None
    role = rules.roles.get(body.role, body.role)
    several = f"等 {len(tasks)} 项事项" if len(tasks) > 1 else ""
    waits = f"“{tasks[0].label}”{several}到会议环节后无法办结"
    if members < body.at_least:
        what = f"{body.label}在任成员 {members} 人，不足 {body.at_least} 人，不能开会，{waits}"
    else:
        what = (
            f"{body.label}在任成员只登记了 {members} 人；方案规定 {body.seats} 人，{SHARES[body.quorum]}到会即"
            f" {body.fewest_members} 人方可开会，按登记的人数开会不符合方案"
        )
    return Remedy(what, f"请管理员登记{role}成员的任职")


def _carrier(unit, is_institution, rules):
    """What keeps personal sheets from being carried: the unit's own sheet is missing."""
    tables = "、".join(f"“{task.label}”" for task in rules.tasks if task.carries)
    if is_institution:
        return Remedy(f"{unit}本身没有{tables}，个人表无表可随", "请管理员把这些岗位设在有单位表的单位")
    head = rules.roles.get("unit_head", "单位负责人")
    return Remedy(f"{unit}及上级单位没有{tables}，个人表无表可随", f"请管理员登记{unit}{head}的任职，单位表随即产生")


def _group(unit, holding, rules, filer, absent):
    """Who can supply a group list."""
    label = next((task.label for task in rules.tasks if task.brings == Brings.GROUP), "")
    liaison = rules.roles.get("liaison", "联络员")
    if filer is not None:
        return f"请{holding.unit_names[filer]}{liaison}填报“{label}”，备案后即可办理"
    if absent is not None:
        return f"请先将{holding.unit_names[absent]}纳入年度活动，由其{liaison}填报“{label}”"
    if label:
        head = rules.roles.get("unit_head", "单位负责人")
        return f"请管理员登记{unit}（或其上级单位）的{head}和{liaison}，由{liaison}填报“{label}”，备案后即可办理"
    return f"请管理员登记{unit}的领导小组及其成员"


def filer_of(unit, holding, filers):
    """Return the id of the nearest unit, from ``unit`` upwards, that is among ``filers``, or None.

    ``filers``: ids of units that file a group list.
    """
    while unit is not None and unit not in filers:
        unit = holding.parents.get(unit)
    return unit


def idle(submission):
    """What a sheet waits for where it is nobody's turn, in words, empty where it is somebody's."""
    if submission.state != State.IN_REVIEW or submission.waiting_role not in IDLE:
        return ""
    if submission.waiting_role == CARRIER:
        return submission.step_rules.label  # 随《…》一并审核
    words = {UNPUBLISHED: "公示的起草和发布", NOTICE: "公示结束", CARRIED: "退回的个人表重新提交"}
    return words[submission.waiting_role]


def reason(turn, holding, rules, unit, *, asked=""):
    """Return in words why it is the turn of these people, empty where everybody expects it.

    ``asked``: the role of the step.
    """
    role = rules.roles.get(turn.role, turn.role)
    if turn.why == Why.HANDED:
        return "由同一环节的经办人转办"
    if turn.why == Why.MEETING:
        return f"待{rules.roles.get(asked, asked)}会议审议，由{role}列入议程"
    if turn.why == Why.INHERITED and turn.place in holding.unit_names:
        return f"{holding.unit_names[unit]}没有{role}，由{holding.unit_names[turn.place]}的{role}办理"
    if turn.why == Why.CLIMBED:
        return f"{rules.roles.get(asked, asked)}空缺或须回避，由上一级办理"
    return ""
