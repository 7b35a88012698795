"""Faults in what a scheme says of ranking units."""

from registers.schemes.checking.doubles import doubled

WHOLE = 100  # the weights of all figures together
PARTS = {"figures": "排名指标", "classes": "排名分类", "bands": "档次"}
LISTS = (*PARTS, "deductions", "vetoes")


def faults(scheme):
    """Yield the contradictions within ``ranking``, and between it and the roles."""
    said = scheme.ranking
    for part in LISTS:
        yield from doubled(("ranking", part), getattr(said, part))
    yield from _whole(scheme, said)
    weights = sum(figure.weight for figure in said.figures)
    if said.figures and weights != WHOLE:
        yield (
            ("ranking", "figures"),
            f"各项指标的权重合计 {weights}，不是 {WHOLE}",
            f"调整各项的 weight，使合计为 {WHOLE}",
        )
    yield from _counted(scheme, said)
    yield from _classes(said)
    yield from _bands(said)
    if any(figure.code == "verified" for figure in said.figures) and not scheme.residual.enabled:
        yield (
            ("ranking", "figures"),
            "指标 verified 按措施核查计算，而方案没有启用措施核查",
            "删去该指标，或在 residual 中写 enabled: true",
        )


def _counted(scheme, said):
    """Yield figures of which there is nothing to count under the scheme."""
    codes = {figure.code for figure in said.figures}
    if "satisfied" in codes and not scheme.assessment.survey.is_held:
        yield (
            ("ranking", "figures"),
            "指标 satisfied 按满意度测评计算，而方案没有写测评",
            "删去该指标，或在 assessment 中写 survey",
        )
    if "answered" in codes and not any(action.answer_days for action in scheme.warning_actions):
        yield (
            ("ranking", "figures"),
            "指标 answered 按预警文书的答复计算，而方案中没有要求答复的方式",
            "删去该指标，或在 warning_actions 中写 answer_days",
        )


def _whole(scheme, said):
    """Yield what is missing beside the parts that are there, and who computes, decides and releases."""
    there = [part for part in PARTS if getattr(said, part)]
    missing = [part for part in PARTS if part not in there]
    if (there or said.deductions or said.vetoes) and missing:
        yield (
            ("ranking",),
            f"没有写{'、'.join(PARTS[part] for part in missing)}，无法排名",
            f"补上 {'、'.join(missing)}，或删去整节 ranking",
        )
    if there and "office" not in scheme.roles:
        yield ("ranking",), "排名没有人计算：roles 中没有 office", "在 roles 中补上 office: 名称"
    if there and not {"school_group", "party_committee"} & set(scheme.roles):
        yield (
            ("ranking",),
            "排名没有人审定：roles 中没有学校领导小组，也没有党委",
            "在 roles 中补上 school_group 或 party_committee",
        )


def _classes(said):
    taken = {}
    for index, one in enumerate(said.classes):
        for unit_type in one.unit_types:
            if unit_type in taken:
                yield (
                    ("ranking", "classes", index, "unit_types"),
                    f"单位类型“{unit_type}”同时在“{taken[unit_type]}”和“{one.label}”中",
                    "每种单位类型只归入一类",
                )
            taken[unit_type] = one.label
        if "institution" in one.unit_types:
            yield (
                ("ranking", "classes", index, "unit_types"),
                "institution 是学校本身，不参加单位排名",
                "从 unit_types 中删去 institution",
            )


def _bands(said):
    lowest = min((band.at_least for band in said.bands), default=0)
    if lowest:
        yield (
            ("ranking", "bands"),
            f"最低档从 {lowest} 分起，低于 {lowest} 分的没有档次",
            "最低档写 at_least: 0",
        )
    seen = set()
    for index, band in enumerate(said.bands):
        if band.at_least in seen:
            yield ("ranking", "bands", index, "at_least"), f"两个档次都从 {band.at_least} 分起", "每个档次写不同的起分"
        seen.add(band.at_least)
    codes = [band.code for band in said.bands]
    for index, veto in enumerate(said.vetoes):
        if veto.at_best not in codes:
            yield (
                ("ranking", "vetoes", index, "at_best"),
                f"档次“{veto.at_best}”不在 bands 中",
                f"改为已有的：{'、'.join(codes)}",
            )
