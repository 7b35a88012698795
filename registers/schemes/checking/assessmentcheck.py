"""Faults in what a scheme says of assessment and the survey of satisfaction."""

from itertools import pairwise

from registers.schemes.checking.doubles import doubled
from registers.schemes.parts import Role

WHOLE = 100
BODIES = (Role.SCHOOL_GROUP, Role.PARTY_COMMITTEE)
LISTS = (
    ("criteria",),
    ("bands",),
    ("vetoes",),
    ("survey", "groups"),
    ("survey", "questions"),
    ("survey", "scale"),
)


def faults(scheme):
    """Yield the contradictions within ``assessment``, and between it and the roles."""
    said = scheme.assessment
    for path in LISTS:
        yield from doubled(("assessment", *path), getattr(said.survey if len(path) > 1 else said, path[-1]))
    if said.criteria:
        yield from _criteria(said)
    if said.is_held:
        yield from _bands(said)
        yield from _people(scheme, said)
    yield from _survey(said.survey)


def _criteria(said):
    points = sum(item.points for item in said.criteria)
    if points != WHOLE:
        yield (
            ("assessment", "criteria"),
            f"考核项目的分值合计 {points} 分，不是 {WHOLE} 分",
            f"调整各项的 points，使合计为 {WHOLE}",
        )
    measured = [index for index, item in enumerate(said.criteria) if item.measured == "survey"]
    if measured and not said.survey.is_held:
        yield (
            ("assessment", "criteria", measured[0], "measured"),
            "该项按测评结果计分，方案中却没有测评",
            "在 assessment 中补上 survey，或删去 measured: survey",
        )
    if len(measured) == len(said.criteria):
        yield ("assessment", "criteria"), "所有考核项目都按测评结果计分", "至少有一项由人评分，或只开展测评，不写考核"


def _bands(said):
    for index, (higher, lower) in enumerate(pairwise(said.bands), 1):
        if lower.at_least >= higher.at_least:
            yield (
                ("assessment", "bands", index, "at_least"),
                f"“{lower.label}”的最低分不低于“{higher.label}”",
                "各档从高到低写，最低分逐档降低",
            )
    if said.bands[-1].at_least:
        yield (
            ("assessment", "bands", len(said.bands) - 1, "at_least"),
            f"低于 {said.bands[-1].at_least} 分的没有档次",
            "最后一档写 at_least: 0",
        )
    codes = [band.code for band in said.bands]
    for index, veto in enumerate(said.vetoes):
        if veto.cap not in codes[1:]:
            yield (
                ("assessment", "vetoes", index, "cap"),
                f"“{veto.label}”最高只能评为“{veto.cap}”，这一档不存在或已是最高档",
                f"改为：{'、'.join(codes[1:]) or '先写两档以上'}",
            )
    weights = said.weights
    total = weights.own + weights.office + weights.leadership
    if total != WHOLE:
        yield ("assessment", "weights"), f"自评、考评、领导评分的权重合计 {total}%", "调整三项，使合计为 100"


def _people(scheme, said):
    if Role.OFFICE not in scheme.roles:
        yield ("assessment",), "考核没有人组织：roles 中没有 office", "在 roles 中补上 office: 名称"
    if not set(BODIES) & set(scheme.roles):
        yield (
            ("assessment",),
            "考核结果没有人审定：roles 中没有 school_group，也没有 party_committee",
            "在 roles 中补上其中之一",
        )


def _survey(said):
    where = ("assessment", "survey")
    there = [name for name in ("groups", "questions", "scale") if getattr(said, name)]
    missing = [name for name in ("groups", "questions", "scale") if name not in there]
    if there and missing:
        yield where, f"测评缺少 {'、'.join(missing)}", "三项都写，或都不写"
    if said.groups and (total := sum(group.weight for group in said.groups)) != WHOLE:
        yield (*where, "groups"), f"各类人员的权重合计 {total}%", "调整各类的 weight，使合计为 100"
    if said.scale and sum(item.value is not None for item in said.scale) < 2:
        yield (*where, "scale"), "计分的选项不足两个", "至少两个选项写 value；不计分的（不了解）不写"
