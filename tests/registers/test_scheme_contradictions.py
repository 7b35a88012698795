"""A scheme file that says one thing here and another there is refused, with the line and what to do."""

import pytest

from registers.models import PowerItem, RiskPoint
from registers.schemes.checking import askcheck, loading
from registers.schemes.language import Brings
from tests.registers.mutated import FILES

pytestmark = pytest.mark.once

TEXTS = {path.stem.split("-")[0]: path.read_text(encoding="utf-8") for path in FILES}

# Which file, what is changed in it, the words on the changed line, the words that the finding must hold: fault, remedy.
BROKEN = {
    "notice of which nothing is said": (
        "changchun", ("    publicity: {shows: [category, grade], source: R1-27, inferred: true}\n", ""),
        "- code: personal-grading", "要公示，却没有写公示哪些内容", "publicity: {shows: [category, grade]}"),
    "notice of a sheet that has none": (
        "changchun", ("    route: personal-search\n", "    route: personal-search\n    publicity: {shows: [category]}\n"),
        "publicity: {shows: [category]}", "的流程没有公示步骤", "kind: publicise"),
    "notice of what the sheet does not hold": (
        "tongliao5", ("publicity: {shows: [name, legal_basis,", "publicity: {shows: [name, discipline,"),
        "shows: [name, discipline", "没有“discipline”（工作纪律）", "legal_basis"),
    "notice that shows a thing twice": (
        "nwnu", ("[category, content, grade, measures]", "[category, content, grade, grade]"),
        "content, grade, grade]", "“grade”写了两次", "删去其中一个"),
    "notice of what must not be public": (
        "imut", ("[category, content, grade, measures]", "[category, finding_source, grade, measures]"),
        "finding_source, grade", "“finding_source”不在允许的范围内", "category、power_item"),
    "masked name beside a post": (
        "changchun", ("{shows: [category, grade], source: R1-27", "{shows: [category, grade], person: masked, source: R1-27"),
        "person: masked", "等于公开姓名", "place: unit"),
    "masked name of a unit": (
        "nwnu", ("[category, content, grade, measures], source", "[category, content, grade, measures], person: masked, source"),
        "person: masked", "不是个人表", "删去 person"),
    "fact that nobody asks for": (
        "nwnu", ("{field: major_matter,", "{field: nature,"), "major_matter: high", "哪项查找风险点的任务询问它", "field: major_matter"),
    "level without a name": (
        "imut", ("  school: ", "  # school: "), "level: school", "levels 中没有它的名称", "school: 名称"),
    "quorum beyond the group": (
        "changchun", ("        quorum: 2\n", "        quorum: 5\n"), "quorum: 5", "须 5 人表决", "min_members 提高到 5"),
    "review by a group that nobody files": (
        "nwnu", ("    brings: group\n    paper: group-list", "    brings: report\n    paper: report"),
        "kind: collective_review", "却没有哪项任务报领导小组名单", "brings: group"),
    "group without rules": (
        "nwnu", ("groups:\n  unit:", "groups:\n  school:"), "brings: group", "没有写小组的要求", "groups: unit"),
    "label twice": ("imut", ("label: 招生考试", "label: 干部人事管理"), "code: admission", "名称“干部人事管理”重复", "只用一次"),
    "two steps of one name": (
        "nwnu", ("role: unit_head, label: 单位定级, sets: proposed", "role: unit_head, label: 单位评查, sets: proposed"),
        "code: propose", "名称“单位评查”重复", "只用一次"),
    "two papers of one title": (
        "tongliao5", ("    title: 权力清单", "    title: 单位廉政风险登记表"), "title: 单位廉政风险登记表\n    source: R2-16",
        "重复", "只用一次"),
    "rank twice": ("nwnu", ("ranks: [科员, 副科", "ranks: [科员, 科员, 副科"), "ranks:", "名称“科员”重复", "只用一次"),
    "check on a step that nobody decides": (
        "tongliao5", ("role: office, label: 校内公示,", "role: office, label: 校内公示, sheet_check: 查准,"),
        "sheet_check: 查准,", "是 publicise，不能写 sheet_check", "删去 sheet_check"),
    "days of a redo without a return": (
        "jiangsu", ("label: 一级、二级报学校纪委,", "label: 一级、二级报学校纪委, redo_days: 3,"),
        "redo_days: 3", "redo_days 用不到", "may_return"),
    "points of another level": (
        "nwnu", ("    points: unit\n    paper: annex-3", "    points: personal\n    paper: annex-3"),
        "points: personal\n    paper: annex-3", "points 写的却是 personal", "points: unit"),
    "measures for what nobody grades": (
        "tongliao5", ("    also: [grades]\n    points: unit\n", "    points: unit\n"),
        "brings: measures\n    points: unit", "没有哪项任务给 unit 层面的风险点定级", "also: [grades]"),
    "search without categories": (
        "imut", ("levels: [personal, unit, school]", "levels: [personal, unit]"), "level: school", "没有可选的风险类别", "school"),
    "successor's sheet that a unit fills": (
        "nwnu", ("\nphases:", "\nconduct:\n  succession: {route: unit-search}\nphases:"),
        "succession:", "不是由 post_holder 填报的", "删去 route"),
    "field asked twice": (
        "jiangsu", ("{field: check_and_balance, label: 监督制约, lines: 2}", "{field: legal_basis, label: 监督制约, lines: 2}"),
        "{field: legal_basis, label: 监督制约", "“legal_basis”问了 2 次", "只问一次"),
    "list that is empty": (
        "tongliao5", ("{field: complaint_channel, label: 监督电话, lines: 2}", "{field: domain, label: 类别}"),
        "{field: domain", "没有可选的内容", "先在 domains 中列出"),
    "question that a report does not keep": (
        "tongliao5", ("{field: narrative, label: 总结内容", "{field: achievements, label: 总结内容"),
        "{field: achievements", "不是可填写的内容", "narrative"),
    "questions on a list of people": (
        "nwnu", ("    route: group-filing\n", "    route: group-filing\n    asks: [{field: name, label: 姓名}]\n"),
        "asks: [{field: name", "asks 不会出现", "删去 asks"),
    "second text of a sheet": (
        "imut", ("    report:\n      - {field: narrative,", "    report:\n      - {field: results,"),
        "{field: results", "“results”不会保存", "field: narrative"),
    "stage that is called as a field is": (
        "jiangsu", ("{code: prevention, label: 前期预防}", "{code: content, label: 前期预防}"),
        "{code: content, label: 前期", "已用于其他内容", "换一个代码"),
    "room for more than is kept": (
        "jiangsu", ("{field: name, label: 权力事项, required: true, max_length: 120,", "{field: name, label: 权力事项, required: true,"),
        "label: 权力事项, required: true,", "可填 1000 字，登记册中只能存 120 字", "补上 max_length: 120"),
    "more room than there is": (
        "jiangsu", ("label: 备注, max_length: 200", "label: 备注, max_length: 201"), "max_length: 201", "只能存 200 字", "不超过 200"),
    "long category": ("imut", ("label: 思想道德", f"label: {'思' * 41}"), "思" * 41, "有 41 字，最多存 40 字", "缩短到 40"),
    "long grade": ("jiangsu", ("    label: 一级\n", f"    label: {'一' * 21}\n"), "一" * 21, "有 21 字，最多存 20 字", "缩短到 20"),
    "long title": (
        "imut", ("  title: 廉政风险防控机制建设工作实施方案", f"  title: {'廉' * 121}"), "廉" * 121, "最多存 120 字", "缩短到 120"),
    "key of another part": (
        "nwnu", ("    brings: group\n", "    brings: group\n    grades: [1]\n"), "grades: [1]",
        "不认识的项目“grades”", "此处可写：code、label"),
    "Chinese colon in braces": (
        "imut", ("{code: criticism, label: 批评教育", "{code: criticism, label：批评教育"), "label：批评", "不认识的项目", "全角冒号"),
    "value nearly right": (
        "imut", ("purpose: education, source: R4-01", "purpose: educaton, source: R4-01"), "educaton", "不在允许的范围内", "“education”"),
    "fall by as many grades as there are": (
        "changchun", ("residual:\n  enabled: true\n", "residual:\n  enabled: true\n  levels_down: 3\n"),
        "levels_down: 3", "只有 3 个等级，不能下降 3 级", "1 至 2"),
    "verified by others at a grade that is none": (
        "jiangsu", ("residual:\n  enabled: true\n", "residual:\n  enabled: true\n  outside_unit: [1, 4]\n"),
        "outside_unit: [1, 4]", "等级序号 [4] 不存在", "outside_unit: []"),
    "floor at a grade that is none": ("imut", ("floor: {factors", "floor: {rank: 4, factors"), "rank: 4", "等级序号 4 不存在", "[1, 2, 3]"),
    "floor by an unknown factor": (
        "imut", ("floor: {factors: {harm:", "floor: {factors: {damage:"), "damage:", "因素“damage”不存在", "harm"),
    "floor by an unknown value": (
        "tongliao5", ("{factors: {harm: [criminal]}}", "{factors: {harm: [deadly]}}"), "deadly", "没有取值“deadly”", "criminal"),
    "expected grade that nobody can reach": (
        "jiangsu", ("    also: [grades, measures]\n", "    also: [grades, measures]\n    measure_asks: [responsible]\n"),
        "measure_asks: [responsible]", "不询问完成时限", "补上 due"),
    "door behind which nothing stands": (
        "tongliao5", ("label: 向社会公示, audience: public", "label: 向社会公示, audience: unit"),
        "public_door: {enabled: true", "没有任何公示会在那里显示", "school: true"),
    "rule for a door that is shut": (
        "nwnu", ("    publicity: {shows:", "    publicity: {anonymous: refuse, shows:"),
        "anonymous: refuse", "公开窗口却没有启用", "enabled: true"),
}  # fmt: skip

EVERYWHERE = ("哪项查找风险点的任务询问它", "没有可选的风险类别")  # these show only when the last place is changed too


@pytest.mark.parametrize(("slug", "change", "place", "fault", "remedy"), BROKEN.values(), ids=BROKEN)
def test_contradiction_is_answered_with_line_and_remedy(slug, change, place, fault, remedy):
    old, new = change
    assert old in TEXTS[slug], f"the scheme file no longer says {old!r}"
    text = TEXTS[slug].replace(old, new) if fault in EVERYWHERE else TEXTS[slug].replace(old, new, 1)
    with pytest.raises(loading.SchemeFaults) as refused:
        loading.read_text(text, "x.yaml")
    found = [row for row in refused.value.findings if fault in row.fault and remedy in f"{row.fault}{row.remedy}"]
    assert found, [str(row) for row in refused.value.findings]
    lines = text.split("\n")
    begun = {row.line for row in found}
    wanted = {at for at in range(1, len(lines) + 1) if place in "\n".join(lines[at - 1 : at + 1])}
    assert begun & wanted, (begun, wanted)


@pytest.mark.parametrize("brings", [Brings.POINTS, Brings.POWERS])
def test_whatever_may_be_asked_has_a_column(brings):
    model = {Brings.POINTS: RiskPoint, Brings.POWERS: PowerItem}[brings]
    columns = {field.name for field in model._meta.concrete_fields} | {"procedure"}
    assert askcheck.askable(brings) <= columns


def test_advice_is_not_circular():
    """What one finding advises, another does not forbid: neither ``also`` nor steps that grade."""
    text = TEXTS["tongliao5"].replace("    brings: powers\n", "    brings: powers\n    also: [grades]\n", 1)
    text = text.replace("    route: power-list\n", "    route: unit-registration\n", 1)
    with pytest.raises(loading.SchemeFaults) as refused:
        loading.read_text(text, "x.yaml")
    advised = [row.remedy for row in refused.value.findings if "also" in row.remedy]
    assert advised == ["删去 also"]


def test_faults_of_every_kind_are_told_together():
    text = TEXTS["changchun"].replace("    brings: group\n", "    brings: group\n    grades: [1]\n", 1)
    text = text.replace("quorum: 2", "quorum: 9", 1).replace("label: 干部人事管理", "label: 财务管理", 1)
    with pytest.raises(loading.SchemeFaults) as refused:
        loading.read_text(text, "x.yaml")
    told = " ".join(row.fault for row in refused.value.findings)
    assert all(fault in told for fault in ("不认识的项目“grades”", "须 9 人表决", "名称“财务管理”重复")), told
