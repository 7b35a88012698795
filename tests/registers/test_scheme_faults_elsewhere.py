"""Faults in what the other rule books can say and the first cannot: tables of cases, ranks, standing tasks, shared papers."""

import pytest
from django.conf import settings

from registers.schemes.checking import loading

pytestmark = pytest.mark.once

FOLDER = settings.BASE_DIR / "fixtures" / "schemes"
NWNU, IMUT, TONGLIAO, JIANGSU, CHANGCHUN = (
    (FOLDER / f"{slug}.yaml").read_text(encoding="utf-8")
    for slug in ("nwnu-2012", "imut-2011", "tongliao5-2022", "jiangsu-dynamic", "changchun-2016")
)
RANKS = "ranks: [科员, 副科, 正科, 副处, 正处, 副厅, 正厅]"

# What is changed in which file, and the words that the finding must hold: fault, remedy.
INCLUDED = "include: [office, duty]"
BROKEN = {
    "rule of cases without cases": (
        NWNU,
        ("  cases:\n    - when: {harm: [criminal]}", "  spare:\n    - when: {harm: [criminal]}"),
        "spare",
        "删去该项",
    ),
    "no grade for the rest": (NWNU, ("  otherwise: low\n", ""), "不属于任何一条时的等级", "high、low、middle"),
    "case of an unknown factor": (NWNU, ("{harm: [criminal]}", "{damage: [criminal]}"), "因素“damage”不存在", "harm"),
    "case of an unknown value": (NWNU, ("{harm: [criminal]}", "{harm: [deadly]}"), "没有取值“deadly”", "criminal"),
    "case of an unknown grade": (
        NWNU,
        ("      grade: middle\n", "      grade: medium\n"),
        "等级“medium”不存在",
        "middle",
    ),
    "case that asks for more than it names": (
        NWNU,
        ("at_least: 3", "at_least: 5"),
        "要求符合 5 项，只列出 4 项",
        "减小 at_least",
    ),
    "case that is never reached": (
        NWNU,
        ("when: {harm: [disciplinary]}", "when: {harm: [criminal]}"),
        "第 3 条永远用不到",
        "调整各条的先后",
    ),
    "cases under another rule": (
        NWNU,
        ("  rule: cases\n", "  rule: both\n"),
        "规则 both 不用 cases",
        "改为 rule: cases",
    ),
    "unknown fact that forces": (NWNU, ("{major_matter: high}", "{gossip: high}"), "gossip", "major_matter"),
    "forced grade that is none": (NWNU, ("{major_matter: high}", "{major_matter: top}"), "强制等级“top”不存在", "high"),
    "adjustment by an unknown route": (
        NWNU,
        ("ledger_title:", "adjustment:\n  routes: {unit: by-horse}\n\nledger_title:"),
        "动态调整所用的流程“by-horse”不存在",
        "unit-control",
    ),
    "adjustment of posts by a route of units": (
        NWNU,
        ("ledger_title:", "adjustment:\n  routes: {personal: unit-search}\n\nledger_title:"),
        "填报人与调整的内容不符",
        "post_holder",
    ),
    "powers by a route that grades": (
        NWNU,
        ("ledger_title:", "adjustment:\n  routes: {powers: unit-search}\n\nledger_title:"),
        "权力事项不评等级",
        "没有评定步骤的流程",
    ),
    "adjustment on a paper of something else": (
        NWNU,
        ("ledger_title:", "adjustment:\n  papers: {points: annex-2}\n\nledger_title:"),
        "列的是 post_grades",
        "rows: adjustments",
    ),
    "unknown field of an adjusted power": (
        NWNU,
        ("ledger_title:", "adjustment:\n  powers: [{field: colour, label: 颜色}]\n\nledger_title:"),
        "“colour”不是可填写的内容",
        "chart_number",
    ),
    "code kept for adjustments": (
        NWNU,
        ("  - code: report\n", "  - code: adjust-report\n"),
        "由系统用于动态调整",
        "换一个代码",
    ),
    "factor code twice": (
        NWNU,
        ("    - code: frequency\n", "    - code: importance\n"),
        "代码“importance”重复",
        "只能用一次",
    ),
    "values twice": (
        IMUT,
        ("{code: disciplinary, label: 危害较大", "{code: criminal, label: 危害较大"),
        "取值代码有重复",
        "不同的代码",
    ),
    "head kept from a domain that is none": (
        IMUT,
        ("heads_kept_from: [personnel,", "heads_kept_from: [people,"),
        "领域“people”不在 domains 中",
        "personnel",
    ),
    "head kept from domains that nobody listed": (
        NWNU,
        ("rotation:\n", "rotation:\n  heads_kept_from: [finance]\n"),
        "领域“finance”不在 domains 中",
        "先在 domains 中列出各领域",
    ),
    "posts to rotate without years": (
        IMUT,
        ("  post_years: 5\n", ""),
        "没有写任职几年应当轮岗",
        "补上 post_years",
    ),
    "measures' arrangements where there are no measures": (
        NWNU,
        ("    brings: group\n", "    brings: group\n    measure_asks: [due]\n"),
        "不能写 measure_asks",
        "删去 measure_asks",
    ),
    "rank that is not listed": (NWNU, (RANKS, "ranks: [科员, 正科]"), "职级“副科”不在 ranks 中", "科员、正科"),
    "unknown kind of unit": (NWNU, ("unit_types: [office,", "unit_types: [bureau,"), "bureau", "institution"),
    "outside on a step that files nothing": (
        IMUT,
        ("kind: file, role: office, label: 报高校工委备案", "kind: endorse, role: office, label: 报高校工委备案"),
        "不能写 outside",
        "只有 file 用得到它",
    ),
    "warning that is printed on no paper": (
        IMUT,
        ("paper: talk-record,", "paper: letter,"),
        "文书“letter”不存在",
        "post-analysis",
    ),
    "strict deadline without a day": (
        JIANGSU,
        ("    label: 岗位职权梳理\n", "    label: 岗位职权梳理\n    deadline: hard\n"),
        "没有截止日期，不能规定逾期处理",
        "删去 deadline",
    ),
    "longer term granted by nobody above": (
        NWNU,
        ("\nphases:", "\nconduct:\n  extensions: liaison\nphases:"),
        "延期不能由“liaison”办理",
        "unit_head",
    ),
    "warning twice": (IMUT, ("code: reminder_talk", "code: criticism"), "代码“criticism”重复", "只能用一次"),
    "grading step where nothing is graded": (
        TONGLIAO,
        ("    also: [grades]\n", ""),
        "却有评定步骤",
        "also: [grades]",
    ),
    "also on a sheet without points": (
        TONGLIAO,
        ("    brings: powers\n", "    brings: powers\n    also: [grades]\n"),
        "also 只能和 brings: points 一起写",
        "删去 also",
    ),
    "dated task outside every phase": (TONGLIAO, ("    phase: p2\n", ""), "不属于任何阶段", "常年开放"),
    "task of a phase without a day": (TONGLIAO, ("    due: 04-30\n", ""), "却没有截止日期", "常年开放"),
    "phase of a book without phases": (
        JIANGSU,
        ("    step_label: 梳理权力清单\n", "    phase: p1\n    step_label: 梳理权力清单\n"),
        "“p1”不存在",
        "改为已有的",
    ),
    "unknown collection of papers": (JIANGSU, (INCLUDED, "include: [offices]"), "公用表格集不存在", "office"),
    "collection that is no list": (JIANGSU, (INCLUDED, "include: office"), "公用表格集不存在", "写成列表"),
    "paper that lists something else": (
        JIANGSU,
        ("    rows: powers\n", "    rows: points\n"),
        "填报的是 powers",
        "rows: powers",
    ),
    "rows from nowhere": (JIANGSU, ("    rows: powers\n", "    rows: stars\n"), "数据来源“stars”不存在", "powers"),
    "compiled without saying of what": (
        JIANGSU,
        ("    rows: powers\n", "    rows: powers\n    compiled: duty_list\n"),
        "要么都写，要么都不写",
        "按提示改写",
    ),
    "reference to itself": (JIANGSU, ("domains:\n", "domains: &all\n  - *all\n"), "引用展开后内容过多", "循环引用"),
    "measure of a stage in a book without stages": (
        NWNU,
        ("field: measures.measure, width: 44", "field: measures.prevention, width: 44"),
        "“measures.prevention”不会有内容",
        "measures.measure",
    ),
    "files without a name": (
        NWNU,
        ("    attachment_label: 书面报告电子版\n", ""),
        "没有写明是什么材料",
        "attachment_label",
    ),
    "name of files that nobody asks for": (
        NWNU,
        ("    attachments: optional\n", ""),
        "却不收附件",
        "attachments: optional",
    ),
    "files neither here nor there": (NWNU, ("attachments: optional", "attachments: maybe"), "maybe", "optional"),
    "activity code twice": (
        NWNU,
        ("{code: study, label: 学习宣传", "{code: mobilisation, label: 学习宣传"),
        "代码“mobilisation”重复",
        "只能用一次",
    ),
    "activity for an unknown purpose": (
        NWNU,
        ("label: 专题党课, purpose: education", "label: 专题党课, purpose: leisure"),
        "leisure",
        "supervision",
    ),
    "carried task that is none": (
        NWNU,
        ("carries: personal-search", "carries: personal-serch"),
        "随表审核的任务“personal-serch”不存在",
        "personal-search",
    ),
    "carried task of a unit": (
        NWNU,
        ("carries: personal-search", "carries: group"),
        "只有单位表可以带个人表",
        "personal",
    ),
    "carried rows that fit no column": (
        NWNU,
        ("carries: personal-search", "carries: personal-control"),
        "填报的内容不同，不能列在一张表上",
        "brings 和 also 须相同",
    ),
    "carried twice": (
        IMUT,
        ("班子廉政风险点\n    level: school\n", "班子廉政风险点\n    level: unit\n    carries: personal-search\n"),
        "已随“岗位风险分析和防控措施”审核",
        "只能随一张单位表审核",
    ),
    "carried rows listed from the register as well": (
        IMUT,
        ("    rows: points\n    sort: [rank]\n", "    rows: points\n    includes: personal\n    sort: [rank]\n"),
        "个人的各项会列两遍",
        "删去该表格的 includes",
    ),
    "carried sheet that is filed by itself": (
        IMUT,
        ("{code: carried, kind: await, role: liaison", "{code: carried, kind: endorse, role: unit_head"),
        "不以等待步骤结束，会自行办结",
        "kind: await",
    ),
    "sheet that waits for nobody": (
        NWNU,
        ("    carries: personal-control\n", ""),
        "却没有单位表带它审核",
        "carries: personal-control",
    ),
    "wait before the end of a route": (
        IMUT,
        (
            "      - {code: fill, kind: fill, role: post_holder",
            "      - {code: w, kind: await, role: liaison, label: 等}\n      - {code: fill, kind: fill, role: post_holder",
        ),
        "等待步骤“等”只能是路线的最后一步",
        "把它移到最后",
    ),
    "wait that sends back": (
        IMUT,
        ("{code: carried, kind: await,", "{code: carried, may_return: true, kind: await,"),
        "由单位表的审核人退回",
        "删去 may_return",
    ),
    "successor who waits for the unit": (
        NWNU,
        ("\nphases:", "\nconduct:\n  succession: {days: 10, route: personal-search}\nphases:"),
        "接任人确认不随单位表审核",
        "换一条没有等待步骤的路线",
    ),
    "report that no paper shows": (
        IMUT,
        ("      - {label: 工作开展情况, kind: text, field: narrative, lines: 4, source: R4-26}\n", ""),
        "“工作开展情况”在表格“岗位风险分析和防控措施表”上没有地方印",
        "kind: text, field: narrative",
    ),
    "kept by somebody of the unit": (
        TONGLIAO,
        ("{roles: [office, school_group]", "{roles: [office, unit_head]"),
        "“unit_head”不必写",
        "leader_in_charge、office、school_group、party_committee",
    ),
    "kept by a role without a name": (
        TONGLIAO,
        ("  party_committee: 学校党委\n", ""),
        "custody 用到角色“party_committee”",
        "party_committee: 名称",
    ),
    "kept of a level without a name": (
        NWNU,
        ("[party_committee], levels: [personal, unit]", "[party_committee], levels: [personal, school]"),
        "层面“school”在 levels 中没有名称",
        "personal、unit",
    ),
    "kept of a grade that is none": (
        JIANGSU,
        ("levels: [personal], grades: [1, 2]", "levels: [personal], grades: [1, 2, 4]"),
        "等级序号 [4] 不存在",
        "只能用 [1, 2, 3]",
    ),
    "kept twice": (
        IMUT,
        ("{roles: [school_group], levels: [personal", "{roles: [office], levels: [personal"),
        "“领导小组办公室·重要岗位”写了两次",
        "只写一条",
    ),
    "copied and not kept": (
        JIANGSU,
        ("levels: [personal], grades: [1, 2]", "levels: [personal], grades: [1]"),
        "把等级 [2] 抄送给“学校纪委·岗位”",
        "grades: [1, 2]",
    ),
    "filed in full and copied in part": (
        CHANGCHUN,
        ("  - {roles: [office], levels: [personal], grades: [1, 2], source: R1-30}\n", ""),
        "“学校领导小组办公室·个人岗位”既经办全部等级的表，又只抄送等级 [1, 2]",
        "- {roles: [office], levels: [personal], grades: [1, 2]}",
    ),
}


def test_sheets_that_wait_for_one_another_on_both_levels_are_found():
    """The personal tables wait for one another in one order, the units' tables that carry them in the other."""
    swapped = NWNU.replace("    after: [personal-search]\n", "").replace(
        "    paper: annex-1\n", "    paper: annex-1\n    after: [personal-control]\n"
    )
    assert any("先后关系成环" in fault for _, fault in findings(swapped))


@pytest.mark.parametrize(("text", "change", "fault", "remedy"), BROKEN.values(), ids=BROKEN)
def test_broken_file_is_answered_with_line_and_remedy(text, change, fault, remedy):
    old, new = change
    assert old in text, f"the scheme file no longer says {old!r}"

    with pytest.raises(loading.SchemeFaults) as refused:
        loading.read_text(text.replace(old, new, 1), "x.yaml")

    found = refused.value.findings
    assert any(fault in f"{row.fault}" and remedy in f"{row.fault}{row.remedy}" for row in found), [
        str(row) for row in found
    ]
    lines = text.count("\n") + 2
    assert all(1 <= row.line <= lines and row.file == "x.yaml" and row.remedy for row in found)


def findings(text):
    with pytest.raises(loading.SchemeFaults) as refused:
        loading.read_text(text, "x.yaml")
    return [(row.line, row.fault) for row in refused.value.findings]


def line_of(text, words):
    return text[: text.index(words)].count("\n") + 1


def test_parts_are_held_against_each_other_though_some_are_ill_formed():
    text = (
        IMUT.replace("    rank: 1", "    rank: eins")
        .replace("{code: criticism, label: 批评教育,", "{code: criticism, label: 批评教育, sort: 1,")
        .replace("code: criminal, label: 危害大，触犯", "code: Criminal, label: 危害大，触犯")
        .replace("    label: 廉政风险防控机制建设总结\n", "    label: 廉政风险防控机制建设总结\n    after: [nothing]\n")
        .replace("code: reminder_talk", "code: criticism")
    )
    found = findings(text)
    assert (line_of(text, "    after: [nothing]"), "先行任务“nothing”不存在") in found
    assert (line_of(text, "{code: criticism, label: 谈话提醒"), "代码“criticism”重复") in found
    assert any("不认识的项目“sort”" in fault for _, fault in found)


def test_nothing_is_blamed_for_what_was_left_out():
    text = NWNU.replace(
        "kind: collective_review\n        role: group_member", "kind: chat\n        role: group_member", 1
    )
    assert [fault for _, fault in findings(text)] == ["“kind”的值“chat”不在允许的范围内"]


def test_lines_stay_right_behind_a_part_that_is_left_out():
    text = TONGLIAO.replace("label: 公示情况, kind: publicity", "label: 公示情况, kind: public", 1).replace(
        "    paper: summary\n", "    paper: sumary\n"
    )
    found = findings(text)
    assert (line_of(text, "    paper: sumary"), "“廉政风险防控工作总结”引用的 paper“sumary”不存在") in found
