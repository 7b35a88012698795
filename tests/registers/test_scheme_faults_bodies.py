"""Faults in what a rule book says of bodies that decide in meetings: contradictions, with the remedy for each."""

import pytest
from django.conf import settings

from registers.schemes.checking import loading

pytestmark = pytest.mark.once

FOLDER = settings.BASE_DIR / "fixtures" / "schemes"
CHANGCHUN, NWNU, IMUT = (
    (FOLDER / f"{slug}.yaml").read_text(encoding="utf-8") for slug in ("changchun-2016", "nwnu-2012", "imut-2011")
)
OVERSEEN = "plan_label: 审核风险点, overseen_by: school-group, may_return: true, redo_days: 5}"
BODY = "role: party_committee\n        body: party-committee\n"

# What is changed in which file, and the words that the finding must hold: fault, remedy.
BROKEN = {
    "body that is not there": (
        IMUT,
        ("body: party-committee, label", "body: congress, label"),
        "决定机构“congress”不存在",
        "party-committee",
    ),
    "body that decides nowhere": (
        NWNU,
        ("routes:\n", "  spare: {label: 校长办公会, role: party_committee}\n\nroutes:\n"),
        "没有步骤由“校长办公会”决定",
        "body: spare",
    ),
    "body without any seat": (
        CHANGCHUN,
        ("    role: school_group\n    quorum", "    role: unit_head\n    quorum"),
        "成员不能是角色“unit_head”",
        "school_group、party_committee",
    ),
    "quorum beyond the members": (
        NWNU,
        ("    seats: 23\n", "    seats: 2\n    at_least: 3\n"),
        "要求至少 3 人到会，成员只有 2 人",
        "at_least 不得大于 2",
    ),
    "one person is no body": (NWNU, ("    seats: 23\n", "    at_least: 1\n"), "“at_least”太小", "不小于 2"),
    "share that nobody knows": (
        NWNU,
        ("    quorum: half\n", "    quorum: most\n"),
        "“quorum”的值“most”不在允许的范围内",
        "half、two_thirds、all",
    ),
    "members who do not decide": (
        IMUT,
        (BODY, "role: office\n        body: party-committee\n"),
        "角色却不是其成员",
        "role: party_committee",
    ),
    "step that no meeting decides": (
        CHANGCHUN,
        (
            "kind: publicise, role: office, label: 面向",
            "kind: publicise, role: office, body: school-group, label: 面向",
        ),
        "不能由会议决定",
        "adjudicate",
    ),
    "filing outside by a meeting": (
        IMUT,
        ("role: office, label: 报高校工委备案", "role: party_committee, body: party-committee, label: 报高校工委备案"),
        "不能同时由会议决定",
        "两个步骤",
    ),
    "overseer that cannot return": (
        CHANGCHUN,
        (OVERSEEN, "plan_label: 审核风险点, overseen_by: school-group}"),
        "却不能退回",
        "may_return: true",
    ),
    "documents before no meeting": (IMUT, (BODY, "role: party_committee\n"), "却不由会议决定", "补上 body"),
    "document code twice": (
        IMUT,
        ("{code: consultation,", "{code: major-matters,"),
        "代码“major-matters”重复",
        "只能用一次",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_contradiction_is_found_with_its_remedy(case):
    text, (before, after), fault, remedy = BROKEN[case]
    assert before in text
    with pytest.raises(loading.SchemeFaults) as refused:
        loading.read_text(text.replace(before, after, 1), "x.yaml")
    found = refused.value.findings
    assert any(fault in row.fault and remedy in row.remedy for row in found), [(row.fault, row.remedy) for row in found]
