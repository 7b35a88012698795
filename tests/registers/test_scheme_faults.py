"""A broken scheme file is refused with line and remedy, a good one is kept as a version."""

import pytest
from django.core.management import CommandError, call_command

from registers import audit
from registers.models import AuditEntry, Grade, RiskCategory, Scheme
from registers.schemes import versions
from registers.schemes.checking import loading
from registers.schemes.language import Scheme as SchemeDocument
from tests.factories import moment
from tests.registers.scheme_cases import PATH

pytestmark = pytest.mark.database("both")

TEXT = PATH.read_text(encoding="utf-8")


AT = moment("2026-01-01 09:00")


SIGN = "- {code: sign, kind: sign, role: unit_head, label: 主要负责人签字, within: 1, may_return: true, redo_days: 3}"


FILE = (
    "- {code: file, kind: file, role: office, label: 学校领导小组办公室备案, within: 1, may_return: true, redo_days: 3}"
)


FACTOR = """  rule: both
  factors:
    - code: probability
      label: 发生几率
      values:
        - {code: high, label: 高}
        - {code: medium, label: 较高}
"""


# What is changed in the real file, and what is then found: (lines below the change, fault, remedy). A text that ends
# with … is compared up to there: what follows lists whatever the file holds at present.
BROKEN = {
    "section missing": ("categories:\n", "kinds:\n", [
        (-49, "缺少“categories”", "在此处补上“categories”一项"),
        (0, "出现了不认识的项目“kinds”", "删去该项。此处可写：identity、roles、levels…")]),
    "field missing": ("  title: 风险岗位廉能管理工作实施方案\n", "", [
        (-3, "缺少“title”", "在此处补上“title”一项")]),
    "field unknown": ("      label: 发生几率\n", "      label: 发生几率\n      weight: 2\n", [
        (1, "出现了不认识的项目“weight”", "删去该项。此处可写：code、label、values")]),
    "key written twice": ("  slug: changchun-2016\n", "  slug: changchun-2016\n  slug: again\n", [
        (1, "“slug”写了两次", "第 4 行已经写过，合并成一处或删去其中一处")]),
    "bracket left open": ("- {code: decision_making, label: 科学民主决策}", "- {code: decision_making, label: 科学民主决策", [
        (0, "花括号没有结束", "在该行补上 }，各项之间用半角逗号隔开")]),
    "empty text": ("label: 思想道德", 'label: ""', [
        (0, "“label”不能为空", "填写文字")]),
    "text too long": ("definition: 因理想信念", f"definition: {'长' * 2001}因理想信念", [
        (0, "“definition”过长", "缩短到 2000 个字符以内")]),
    "code in capitals": ("code: morality", "code: Morality", [
        (0, "代码“Morality”格式不对", "用小写字母开头，只含小写字母、数字、连字符和下划线")]),
    "number for a text": ("label: 一级\n", "label: 1\n", [
        (0, "“label”应为文字", "写成文字；数字和日期请加引号")]),
    "word for a number": ("rank: 1\n", "rank: 最重\n", [
        (0, "“rank”应为整数，现为“最重”", "改写为整数")]),
    "number too small": ("min_members: 3", "min_members: 0", [
        (0, "“min_members”太小", "改为不小于 1 的数")]),
    "number too large": ("redo_days: 3}\n", "redo_days: 99}\n", [
        (0, "“redo_days”太大", "改为不大于 60 的数")]),
    "word for yes or no": ("may_return: true, redo_days: 3", "may_return: 可以, redo_days: 3", [
        (0, "“may_return”应为 true 或 false", "改写为 true 或 false")]),
    "unknown rule": ("  rule: both", "  rule: average", [
        (0, "“rule”的值“average”不在允许的范围内", "改为以下之一：worst、both、cases")]),
    "unknown step kind": ("kind: copy", "kind: photocopy", [
        (0, "“kind”的值“photocopy”不在允许的范围内", "改为以下之一：fill…")]),
    "impossible day": ("    due: 09-10", "    due: 09-31", [
        (0, "“due”有误：日期“09-31”不存在，9 月最多 30 天", "按提示改写")]),
    "code used twice": ("code: personnel", "code: decision_making", [
        (0, "代码“decision_making”重复", "同一组内每个代码只能用一次")]),
    "step code used twice": (SIGN, SIGN.replace("code: sign", "code: file"), [
        (-2, "步骤代码“file”出现 2 次", "为每个步骤取不同的代码")]),
    "ranks out of order": ("    rank: 3\n", "    rank: 4\n", [
        (-11, "等级的 rank 为 [1, 2, 4]", "从最重到最轻依次写 1、2、3……")]),
    "forced grade unknown": (FACTOR, "  forced: {major_matter: grade-0}\n" + FACTOR, [
        (0, "强制等级“grade-0”不存在", "改为已有等级：grade-1、grade-2、grade-3"),
        (0, "“major_matter”一律定为某个等级，却没有哪项查找风险点的任务询问它", "在任务的 asks 中补上 field: major_matter…")]),
    "factor of another size than the grades": (FACTOR, FACTOR.replace("both", "worst").replace("        - {code: high, label: 高}\n", ""), [
        (4, "因素“发生几率”有 2 档，等级有 3 级", "采用 worst 规则时两者数量应相同")]),
    "grade restriction beyond the grades": ("grades: [1, 2]}", "grades: [1, 4]}", [
        (0, "等级序号 [4] 不存在", "只能用 [1, 2, 3]")]),
    "route begins with a signature": ("- {code: fill, kind: fill, role: liaison, label: 单位填报}",
                                      "- {code: fill, kind: sign, role: liaison, label: 单位填报}", [
        (0, "路线“领导小组成员及工作计划报备”的第一步不是填报", "第一步的 kind 应为 fill")]),
    "filling in the middle": (FILE, FILE.replace("kind: file", "kind: fill").replace(", may_return: true, redo_days: 3", ""), [
        (0, "填报步骤只能是路线的第一步", "退回即回到填报，删去这一步")]),
    "adjudication of nothing": ("label: 单位评估, sets: proposed_grade,", "label: 单位评估,", [
        (0, "评定步骤“单位评估”没有说明确定哪个等级", "补上 sets: proposed_grade 或 final_grade")]),
    "notice to nobody": ("label: 单位公示, audience: unit,", "label: 单位公示,", [
        (0, "公示步骤“单位公示”没有说明范围", "补上 audience: unit、school 或 public")]),
    "copy that may be returned": ("grades: [1, 2]}", "grades: [1, 2], may_return: true}", [
        (0, "步骤“一级、二级报学校领导小组办公室备份”不能退回", "删去 may_return")]),
    "collective review by one": ("        role: group_member\n", "        role: unit_head\n", [
        (0, "集体审核“单位领导小组集体审核”的角色应为领导小组成员", "改为 role: group_member")]),
    "role without a name": ("  liaison: 联络员\n", "", [
        (-2, "路线用到角色“liaison”，但 roles 中没有它的名称", "在 roles 中补上 liaison: 名称")]),
    "phase that ends before it starts": ("start: 07-12, due: 10-20", "start: 11-12, due: 10-20", [
        (0, "“查找并评估风险等级阶段”开始晚于结束", "核对日期；跨年请写 Y+1 或 Y-1")]),
    "task that opens after it is due": ("    opens: 11-01", "    opens: 12-20", [
        (0, "“风险岗位业务流程目录”开放晚于截止", "核对 opens 与 due")]),
    "task of an unknown phase": ("    phase: p1\n", "    phase: p9\n", [
        (0, "“领导小组成员及工作计划”引用的 phase“p9”不存在", "改为已有的：p1…")]),
    "task on an unknown paper": ("    paper: annex-2\n", "    paper: annex-9\n", [
        (0, "“个人岗位廉政风险自查”引用的 paper“annex-9”不存在", "改为已有的：activity-list、activity-record、adjustment-poin…")]),
    "task after an unknown one": ("    after: [personal-grading]", "    after: [personal-grades]", [
        (0, "先行任务“personal-grades”不存在", "改为已有任务：group、powers…")]),
    "task after one of another level": ("    after: [personal-grading]", "    after: [unit-grading]", [
        (0, "先行任务“unit-grading”的层面与本任务不同", "先行任务须由同一人或同一单位完成")]),
    "tasks in a circle": ("    route: personal-search\n", "    route: personal-search\n    after: [personal-control]\n", [
        (1, "任务“personal-search”的先后关系成环", "删去其中一个 after")]),
    "task that does not ask for the risk": ("- {field: content, label: 风险内容, required: true, lines: 2, example:",
                                            "- {field: duty, label: 风险内容, required: true, lines: 2, example:", [
        (-1, "“个人岗位廉政风险自查”没有询问“content”", "在 asks 中补上 field: content")]),
    "task that asks for the unheard-of": ("- {field: remark, label: 备注, max_length: 200}", "- {field: colour, label: 颜色}", [
        (0, "“colour”不是可填写的内容", "改为以下之一：accountable_post、c…")]),
    "person's sheet on a unit's route": ("    route: personal-search\n", "    route: unit-search\n", [
        (0, "“个人岗位廉政风险自查”的层面与路线填报人不符", "个人表由 post_holder 填报，单位表由 liaison 填报")]),
    "column of an unknown stage": ("field: measures.prevention, width: 20", "field: measures.cure, width: 20", [
        (0, "列“前期预防”引用的“measures.cure”不会有内容（该表由“个人岗位廉能风险识别防控”填写）", "可用：measures.disposal、…")]),
    "sign-off of an unknown step": ("{label: 填表人, step: fill,", "{label: 填表人, step: filling,", [
        (0, "签署栏“填表人”引用的步骤“filling”不在该表的流程中（该表由“单位权力事项登记”填写）", "是否应写作“fill”？")]),
    "column without a field": ("{label: 序号, field: number, width: 5, align: center, inferred: true}", "{label: 序号, width: 5}", [
        (0, "“columns”有误：列“序号”应写 field（一列）或 columns（一组列），两者只能写一个", "按提示改写")]),
}  # fmt: skip


def changed(old, new):
    """The real file with the first ``old`` replaced, and the line on which that is."""
    assert old in TEXT, f"the scheme file no longer says {old!r}"
    return TEXT.replace(old, new, 1), TEXT[: TEXT.index(old)].count("\n") + 1


def cut(found, wanted):
    """``found`` shortened where ``wanted`` leaves off with …"""
    return found[: len(wanted) - 1] + "…" if wanted.endswith("…") else found


@pytest.mark.once
@pytest.mark.parametrize(("old", "new", "wanted"), BROKEN.values(), ids=BROKEN)
def test_broken_file_is_answered_with_line_and_remedy(old, new, wanted):
    text, line = changed(old, new)

    with pytest.raises(loading.SchemeFaults) as refused:
        loading.read_text(text, "x.yaml")

    found = refused.value.findings
    shortened = [
        (row.line - line, cut(row.fault, fault), cut(row.remedy, remedy))
        for row, (_, fault, remedy) in zip(found, wanted, strict=True)
    ]
    assert shortened == wanted


@pytest.mark.once
def test_unbroken_file_passes():
    assert loading.read_text(TEXT, "x.yaml")[0].identity.slug == "changchun-2016"


@pytest.mark.once
def test_all_faults_are_named_at_once():
    text = (
        TEXT.replace("label: 思想道德", 'label: ""')
        .replace("rank: 2\n", "rank: 二\n")
        .replace("min_members: 3", "min_members: 0")
    )

    with pytest.raises(loading.SchemeFaults) as refused:
        loading.read_text(text, "x.yaml")

    assert [finding.fault for finding in refused.value.findings] == [
        "“min_members”太小",
        "“label”不能为空",
        "“rank”应为整数，现为“二”",
    ]


@pytest.mark.once
@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("", "文件内容不是一份方案"),
        ("- 一份清单\n", "文件内容不是一份方案"),
        ("只有一句话", "文件内容不是一份方案"),
    ],
)
def test_file_that_is_no_scheme_is_refused(content, fault):
    with pytest.raises(loading.SchemeFaults) as refused:
        loading.read_text(content, "x.yaml")

    assert [(finding.line, finding.fault) for finding in refused.value.findings] == [(1, fault)]


@pytest.mark.once
def test_file_in_another_encoding_is_refused(tmp_path):
    path = tmp_path / "gbk.yaml"
    path.write_bytes(TEXT.encode("gb18030"))

    with pytest.raises(loading.SchemeFaults) as refused:
        loading.read(path)

    assert str(refused.value) == "gbk.yaml 第 1 行：文件不是 UTF-8 编码。处理办法：另存为 UTF-8 编码后重试。"


@pytest.mark.once
def test_missing_file_is_refused(tmp_path):
    with pytest.raises(loading.SchemeFaults) as refused:
        loading.read(tmp_path / "nowhere.yaml")

    assert [(finding.file, finding.remedy) for finding in refused.value.findings] == [
        ("nowhere.yaml", "检查路径与权限")
    ]


@pytest.mark.once
def test_days_and_numbers_stay_as_written():
    rules = loading.read_text(TEXT.replace('issued_on: "2016-06-28"', "issued_on: 2016-06-28"), "x.yaml")[0]

    assert rules.identity.issued_on == "2016-06-28"


def write(folder, name, text):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def on_record():
    return (Scheme.objects.count(), RiskCategory.objects.count(), Grade.objects.count(), AuditEntry.objects.count())


def test_command_loads_nothing_when_one_of_two_files_is_broken(db, tmp_path, capsys):
    good = write(tmp_path, "good.yaml", TEXT)
    broken = write(tmp_path, "broken.yaml", TEXT.replace("rank: 1\n", "rank: 最重\n"))

    with pytest.raises(CommandError, match="共发现 1 处问题，未载入任何方案。"):
        call_command("load_schemes", str(good), str(broken))

    assert capsys.readouterr().err == "broken.yaml 第 99 行：“rank”应为整数，现为“最重”。处理办法：改写为整数。\n"
    assert on_record() == (0, 0, 0, 0)


def test_command_loads_a_good_file_and_only_checks_when_asked(db, tmp_path):
    good = write(tmp_path, "good.yaml", TEXT)

    call_command("load_schemes", str(good), "--check")
    assert on_record() == (0, 0, 0, 0)

    call_command("load_schemes", str(good))
    assert on_record() == (1, 6, 3, 1)


def test_same_text_again_makes_no_new_version(db):
    rules, document = loading.read_text(TEXT, "x.yaml")

    first, created = versions.store(rules, document, at=AT)
    second, again = versions.store(rules, document, at=AT)

    assert (first, created, again) == (second, True, False)
    assert on_record() == (1, 6, 3, 1)


def test_changed_text_makes_a_new_version_and_keeps_the_old(db):
    versions.store(*loading.read_text(TEXT, "x.yaml"), at=AT)
    versions.store(*loading.read_text(TEXT.replace("label: 一级\n", "label: 高级\n"), "x.yaml"), at=AT)

    grades = Grade.objects.filter(rank=1).order_by("scheme__version")
    assert list(grades.values_list("scheme__version", "scheme__is_current", "label")) == [
        (1, False, "一级"),
        (2, True, "高级"),
    ]


def test_stored_version_reads_back_as_the_same_rules(db):
    rules, document = loading.read_text(TEXT, "x.yaml")

    scheme = Scheme.objects.get(pk=versions.store(rules, document, at=AT)[0].pk)

    assert SchemeDocument.model_validate(scheme.document) == rules


def test_what_the_office_keeps_is_stored_as_rows(db):
    scheme = versions.store(*loading.read_text(TEXT, "x.yaml"), at=AT)[0]

    kept = scheme.keepers.filter(role="office").order_by("level", "rank")
    assert list(kept.values_list("level", "rank")) == [("personal", 1), ("personal", 2), ("unit", None)]


def test_loading_is_on_record_with_the_digest(db):
    scheme = versions.store(*loading.read_text(TEXT, "x.yaml"), at=AT)[0]

    entry = AuditEntry.objects.get()
    assert (entry.act, entry.about, entry.detail) == (
        "scheme.load",
        f"registers.scheme:{scheme.pk}",
        {"digest": scheme.digest},
    )
    assert audit.verify() == (1, [])
