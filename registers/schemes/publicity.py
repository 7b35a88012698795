"""What a notice shows: the fields that may ever be public, and which of them a task names.

A notice is a whitelist: what the task does not name stands on none. Pure: no Django, no database. Source: R2-16, domain D2.
"""

from typing import Annotated, Literal

from pydantic import Field

from registers.schemes.parts import Anonymous, Part

GRADE, MEASURES = "grade", "measures"
PERSON, PERSON_LABEL = "person", "姓名"
# Field → the heading of its column where no task asks for it. Nothing else may be public: no reasons, no ways of finding,
# no names, no remarks.
LABELS = {
    "category": "风险类别",
    "power_item": "权力（业务）事项",
    "content": "风险点",
    "manifestation": "表现形式",
    "involved_posts": "涉及岗位",
    "name": "权力事项",
    "domain": "领域",
    "kind": "权力性质",
    "legal_basis": "行使依据",
    "procedure": "办理流程",
    "time_limit": "办理时限",
    "accountable_post": "行使岗位",
    "service_commitment": "服务承诺",
    "discipline": "工作纪律",
    "check_and_balance": "监督制约",
    "complaint_channel": "监督渠道",
    GRADE: "风险等级",
    MEASURES: "防控措施",
}
PublicField = Literal[*LABELS]


class Publicity(Part):
    """What a notice shows of each entry of a task's sheets.

    ``shows``: the columns, in their order. ``place``: is a row named by its post, or by its unit only? ``person``: is whoever
    filled in a personal sheet left out, or named by family name (张某)? A masked name beside a post would hide nobody.
    ``anonymous``: whether objections without a name are taken, where it is not as the public door says for all.
    """

    shows: Annotated[list[PublicField], Field(min_length=1)]
    place: Literal["post", "unit"] = "post"
    person: Literal["hidden", "masked"] = "hidden"
    anonymous: Anonymous | None = None
    source: str = ""
    inferred: bool = False


def shown_of(task):
    """Return the ``Publicity`` of a task, else the least that makes sense.

    A version of a scheme from before tasks could say it is still in force where a campaign runs.
    """
    if task.publicity is not None:
        return task.publicity
    return Publicity(shows=["name"] if task.brings == "powers" else ["category", GRADE], inferred=True)


def columns_of(rules, tasks):
    """Return the columns of a notice about sheets of ``tasks`` as ``[(field, heading)]``.

    Those of place and person come on top. Where one sheet carries the other, the columns of both stand side by side.
    """
    fields = dict.fromkeys(field for task in tasks for field in shown_of(task).shows)
    if len(tasks) > 1:  # the first task's order, and the grade and measures behind what only the others show
        fields = dict.fromkeys(sorted(fields, key=list(LABELS).index))
    columns = []
    for field in fields:
        if field == MEASURES:
            columns += [(f"{MEASURES}.{stage.code}", stage.label) for stage in rules.measure_stages]
        else:
            columns.append((field, _label(rules, tasks, field)))
    return columns


def _label(rules, tasks, field):
    asked = (ask for task in (*tasks, *rules.tasks) for ask in task.asks if ask.field == field)
    return next((ask.label for ask in asked), LABELS[field])
