"""The ledger: as of any day, within the reader's scope, every column filled, no formula."""

import io
from datetime import date

import openpyxl
import pytest

from registers import ledgers, versions
from registers.ledger_books import columns, worksheets
from registers.models import ControlMeasure, Incumbency, RiskCategory, RiskPoint, Unit
from registers.papers.writing import ledger_workbook
from registers.responsible import together
from registers.schemes import versions as scheme_versions
from registers.schemes.checking import loading
from registers.views import ledgers as ledger_pages
from tests.factories import appoint, make_person, make_post, moment
from tests.registers.scheme_cases import PATH

pytestmark = pytest.mark.database("both")

SPRING, SUMMER, AUTUMN, WINTER = (date(2026, month, 1) for month in (3, 6, 9, 12))


class Book:
    """A register written by hand: points of the campus by name, in force from a day."""

    def __init__(self, campus):
        self.campus, self.points = campus, {}
        self.grades = {grade.rank: grade for grade in campus.scheme.grades.all()}

    def point(self, content, *, on, grade=None, unit=None, category="process", base=None, **fields):
        point = RiskPoint(
            unit=unit or self.campus.unit,
            content=content,
            final_grade=self.grades.get(grade),
            category=RiskCategory.objects.get(scheme=self.campus.scheme, code=category),
            **{"level": "unit", **fields},
        )
        if base:
            point.series, point.base = base.series, base
        point.save()
        versions.enter_into_force(point, on=on)
        self.points[content] = point
        return point

    def personal(self, content, **fields):
        return self.point(content, level="personal", post=self.campus.post, holder=self.campus.clerk, **fields)

    def measure(self, point, text, *, on, stage="prevention", **fields):
        there = ControlMeasure.objects.open().filter(point_series=point.series, stage=stage).first()
        new = ControlMeasure(point_series=point.series, unit_id=point.unit_id, stage=stage, text=text, **fields)
        measure = there.revised(text=text, **fields) if there else new
        measure.save()
        versions.enter_into_force(measure, on=on)

    def rows(self, *, on, reader=None, unit=None):
        scope = ledgers.for_reader(self.campus.actor(reader)) if reader else ledgers.everything()
        return ledgers.rows(scope, self.campus.scheme, unit or self.campus.root, on=on)

    def contents(self, **which):
        return [row.point.content for row in self.rows(**which)]


@pytest.fixture
def book(campus):
    return Book(campus)


# --- Who keeps what above the units ----------------------------------------------------------------------

ALL, SOME = {"一", "二", "三", "未评"}, {"一", "二"}
# What the documents say of people's points, by rule book; the points of units go to everybody named here.
KEPT = {
    "changchun-2016": dict.fromkeys(("leader", "office", "chair", "committee"), SOME),  # R1-30
    "jiangsu-dynamic": dict.fromkeys(("leader", "office", "chair", "committee"), SOME),
    "tongliao5-2022": dict.fromkeys(("leader", "office", "chair", "committee"), ALL),  # R2-14, R2-15
    "nwnu-2012": dict.fromkeys(("leader", "office", "chair", "committee"), ALL),  # R3-24
    "imut-2011": dict.fromkeys(("leader", "office", "chair", "committee"), ALL),  # R4-26, R4-33
}


def school_of(campus):
    """A register with people's points of every grade and a unit's, two of them in a unit below; a member of the committee."""
    book, rules = Book(campus), campus.scheme.rules
    campus.committee = make_person("己二", campus.root, number="committee")
    appoint(campus.committee, campus.root, "party_committee")
    section = Unit.objects.create(code="CW1", name="出纳科", unit_type="section", parent=campus.unit)
    kinds = {level: rules.categories_for(level)[0].code for level in ("personal", "unit")}
    for grade, content in ((1, "一"), (2, "二"), (3, "三"), (None, "未评")):
        book.personal(content, on=SPRING, grade=grade, category=kinds["personal"], unit=section if grade == 3 else None)
    book.point("单位", on=SPRING, grade=3, category=kinds["unit"])
    book.point("科室", on=SPRING, grade=3, category=kinds["unit"], unit=section)
    return book


@pytest.mark.database("sqlite")
@pytest.mark.parametrize("slug", sorted(KEPT))
def test_school_keeps_what_the_rule_book_says_and_exports_it(make_campus, db, slug):
    book = school_of(make_campus(scheme=slug))
    whole = sum(total for *_, total in ledgers.totals(book.campus.scheme, book.campus.root, on=SPRING))
    assert set(KEPT) == {path.stem for path in PATH.parent.glob("*.yaml")}

    for who, personal in KEPT[slug].items():
        listed = book.contents(on=SPRING, reader=getattr(book.campus, who))
        assert sorted(listed) == sorted(personal | {"单位", "科室"}), who
        assert personal | {"单位", "科室"} <= cells(book, on=SPRING, reader=getattr(book.campus, who)), who
        assert (len(listed) == whole) == (personal == ALL), who
    for who in ("other_head", "sys_admin", "auditor", "liaison"):
        below = ALL | {"单位", "科室"} if who == "liaison" else set()
        assert set(book.contents(on=SPRING, reader=getattr(book.campus, who))) == below, who


def test_what_is_kept_follows_the_version_that_holds_today(campus):
    book = school_of(campus)
    text = PATH.read_text(encoding="utf-8")
    wider = text.replace("roles: [office], levels: [personal], grades: [1, 2]", "roles: [office], levels: [personal]")

    scheme_versions.store(*loading.read_text(wider, "x.yaml"), at=moment("2026-03-02 09:00"))

    assert set(book.contents(on=SPRING, reader=campus.office)) == ALL | {"单位", "科室"}
    assert set(book.contents(on=SPRING, reader=campus.chair)) == SOME | {"单位", "科室"}


@pytest.mark.database("sqlite")
def test_of_many_units_the_page_has_those_it_lists_and_the_sums_of_all(book, clock, client, monkeypatch):
    book.point("处", on=SPRING, grade=1)
    book.personal("留存", on=SPRING, grade=3, unit=book.campus.other_unit)
    monkeypatch.setattr(ledger_pages, "UNITS_SHOWN", 1)
    client.force_login(book.campus.office, backend="registers.sessions.People")

    page, whole = (client.get("/ledger/", more).context for more in ({}, {"totals": "all"}))

    assert [name for name, *_ in page["totals"]] == ["财务处"]
    assert [name for name, *_ in whole["totals"]] == ["财务处", "招生就业处"]
    assert (page["sums"], page["total"], page["hidden"]) == (whole["sums"], whole["total"], whole["hidden"])
    assert (page["total"], page["hidden"], page["counted_units"]) == (2, 1, 2)


@pytest.mark.parametrize("who", [None, "head"])
def test_ledger_shows_what_was_in_force_on_its_day(book, who):
    first = book.point("春稿", on=SPRING)
    book.measure(first, "春措施", on=SPRING)
    second = book.point("夏稿", on=SUMMER, base=first)
    book.measure(first, "秋措施", on=AUTUMN)
    versions.retire(second, on=WINTER)

    reader, days = who and getattr(book.campus, who), (date(2026, 2, 28), SPRING, SUMMER, AUTUMN, WINTER)
    found = [[(row.point.content, row.measures) for row in book.rows(on=day, reader=reader)] for day in days]

    assert found == [
        [],
        [("春稿", {"prevention": "春措施"})],
        [("夏稿", {"prevention": "春措施"})],
        [("夏稿", {"prevention": "秋措施"})],
        [],
    ]


def test_row_counts_the_versions_up_to_its_day(book):
    first = book.point("一", on=SPRING)
    second = book.point("二", on=SUMMER, base=first)
    book.point("三", on=AUTUMN, base=second)

    changes = [(row.changed, row.first_filed) for day in (SPRING, SUMMER, AUTUMN) for row in book.rows(on=day)]

    assert changes == [("", SPRING), ("第2版，2026-06-01", SPRING), ("第3版，2026-09-01", SPRING)]


def test_gravest_points_come_first_within_a_unit(book):
    book.point("三级", on=SPRING, grade=3)
    book.point("一级", on=SPRING, grade=1)
    book.point("二级", on=SPRING, grade=2)
    book.point("别处一级", on=SPRING, grade=1, unit=book.campus.other_unit)

    assert book.contents(on=SPRING) == ["一级", "二级", "三级", "别处一级"]


def test_ledger_of_a_unit_covers_what_is_below_it_and_nothing_else(book):
    campus = book.campus
    section = Unit.objects.create(code="CW1", name="出纳科", unit_type="section", parent=campus.unit)
    book.point("本处", on=SPRING)
    book.point("下属科室", on=SPRING, unit=section)
    book.point("别处", on=SPRING, unit=campus.other_unit)

    assert set(book.contents(on=SPRING, unit=campus.unit)) == {"本处", "下属科室"}
    assert set(book.contents(on=SPRING)) == {"本处", "下属科室", "别处"}


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("office", {"一级", "单位"}),
        ("leader", {"一级", "单位"}),
        ("head", {"一级", "三级", "单位"}),
        ("liaison", {"一级", "三级", "单位"}),
        ("clerk", {"一级", "三级"}),
        ("other_head", set()),
        ("auditor", set()),
    ],
)
def test_reader_finds_only_his_own_share(book, who, seen):
    grave, slight = book.personal("一级", on=SPRING, grade=1), book.personal("三级", on=SPRING, grade=3)
    unit = book.point("单位", on=SPRING, grade=3)
    for point in (grave, slight, unit):
        book.measure(point, f"{point.content}措施", on=SPRING)

    rows = book.rows(on=SPRING, reader=getattr(book.campus, who))

    assert {row.point.content for row in rows} == seen
    assert [row.measures for row in rows] == [{"prevention": f"{row.point.content}措施"} for row in rows]


def test_totals_count_everything_also_what_stays_with_the_unit(book):
    book.personal("一", on=SPRING, grade=1)
    book.personal("三", on=SPRING, grade=3)
    book.point("未评", on=SUMMER)
    book.point("别处", on=SPRING, grade=3, unit=book.campus.other_unit)

    assert ledgers.totals(book.campus.scheme, book.campus.root, on=SUMMER) == [
        ("财务处", {"一级": 1, "三级": 1, "未评定": 1}, 3),
        ("招生就业处", {"三级": 1}, 1),
    ]
    assert ledgers.totals(book.campus.scheme, book.campus.root, on=SPRING) == [
        ("财务处", {"一级": 1, "三级": 1}, 2),
        ("招生就业处", {"三级": 1}, 1),
    ]


def test_units_of_the_same_name_are_counted_apart(book):
    namesake = Unit.objects.create(
        code="HB", name=book.campus.unit.name, unit_type="hospital", parent=book.campus.root, position=9
    )
    book.point("本部", on=SPRING, grade=1)
    book.point("医院", on=SPRING, grade=2, unit=namesake)

    totals = ledgers.totals(book.campus.scheme, book.campus.root, on=SUMMER)

    assert [total for *_, total in totals] == [1, 1]


def test_leader_named_is_the_one_of_that_day(book):
    campus = book.campus
    campus.leader.appointments.filter(unit=campus.unit).update(until=SUMMER)
    appoint(make_person("丁二", campus.root), campus.unit, "leader_in_charge", since=SUMMER)
    book.point("单位", on=SPRING)

    assert [row.leader for day in (SPRING, SUMMER) for row in book.rows(on=day)] == ["丁一", "丁二"]


def test_points_of_a_unit_name_who_held_their_posts_that_day(book):
    campus, unit = book.campus, {"level": "unit"}
    campus.post.incumbencies.update(until=SUMMER)
    Incumbency.objects.create(post=campus.post, user=campus.colleague, since=SUMMER)
    first = book.point("岗位", on=SPRING, post=campus.post, holder=campus.clerk, grade=1, **unit)
    book.point("文字", on=SPRING, involved_posts="会计核算、处长", grade=2, **unit)
    book.point("没有", on=SPRING, grade=3, **unit)
    make_post(campus.other_unit, "处长", campus.other_head)  # of the same name, elsewhere
    book.point("别处", on=SPRING, unit=campus.other_unit, **unit)
    for point in (first, book.points["没有"]):
        book.measure(point, "双人复核", on=SPRING)

    said = {
        day: [(row.person, [name for _, name in row.people]) for row in book.rows(on=day)] for day in (SPRING, SUMMER)
    }

    assert said[SPRING] == [("甲一", ["甲一"]), ("甲一、丙一", []), ("", ["财务处"]), ("", [])]
    assert said[SUMMER] == [("甲二", ["甲二"]), ("甲二、丙一", []), ("", ["财务处"]), ("", [])]


def test_unit_without_a_leader_in_charge_prints_the_one_above(book):
    section = Unit.objects.create(code="CW1", name="出纳科", unit_type="section", parent=book.campus.unit)
    book.point("科室", on=SPRING, unit=section)

    assert [row.leader for row in book.rows(on=SPRING)] == ["丁一"]


@pytest.mark.parametrize("size", [1, 3])
def test_rows_cost_the_same_queries_however_many(book, size, django_assert_num_queries):
    for number in range(size):
        book.measure(book.personal(f"风险{number}", on=SPRING, grade=1), "措施", on=SPRING)
    scope, unit = ledgers.everything(), book.campus.root

    # Points, measures, history, leaders; of people's points the holder is known. Two more are about checks of measures and notices.
    with django_assert_num_queries(6):
        assert len([row.person for row in ledgers.rows(scope, book.campus.scheme, unit, on=SPRING)]) == size


# --- The workbook ---------------------------------------------------------------------------------------


def sheets(book, *, on, reader=None, unit=None, year=2026):
    """Sheet name → rows of texts, as somebody opens the file."""
    scope = ledgers.for_reader(book.campus.actor(reader)) if reader else ledgers.everything()
    content = ledger_workbook(worksheets(scope, book.campus.scheme, unit or book.campus.root, on=on, year=year))
    opened = openpyxl.load_workbook(io.BytesIO(content))
    return {sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in opened}


def cells(book, **which):
    return {value for rows in sheets(book, **which).values() for row in rows for value in row if value is not None}


def test_workbook_holds_a_summary_and_a_sheet_per_unit(book):
    book.personal("一", on=SPRING, grade=1)
    book.point("三", on=SPRING, grade=3, unit=book.campus.other_unit)

    found = sheets(book, on=SPRING)

    assert list(found) == ["汇总", "财务处", "招生就业处"]
    assert found["汇总"][0][0] == "长春医学高等专科学校2026年度风险岗位廉能管理台账按等级汇总"
    assert [row for row in found["汇总"] if row[0] in ("单位", "财务处", "招生就业处", "合计")] == [
        ["单位", "一级", "二级", "三级", "未评定", "合计"],
        ["财务处", 1, 0, 0, 0, 1],
        ["招生就业处", 0, 0, 1, 0, 1],
        ["合计", 1, 0, 1, 0, 2],
    ]


def test_workbook_row_carries_every_column(book):
    point = book.personal("照抄参数", on=SPRING, grade=1, manifestation="一家中标", power_item="设备采购")
    book.measure(point, "两人经办", on=SPRING)
    book.measure(point, "每月抽查", on=SPRING, stage="monitoring")
    book.measure(point, "谈话提醒", on=SPRING, stage="disposal")

    found = sheets(book, on=SPRING)["财务处"]

    head = next(row for row in found if row[0] == "序号")
    assert dict(zip(head, found[found.index(head) + 1], strict=True)) == {
        "序号": 1,
        "单位": "财务处",
        "层面": "个人岗位",
        "岗位": "会计核算",
        "责任人": "甲一",
        "权力（业务）事项": "设备采购",
        "风险类别": "业务流程",
        "风险内容": "照抄参数",
        "表现形式": "一家中标",
        "风险等级": "一级",
        "预期等级": "一级",
        "实际等级": "一级",
        "前期预防": "两人经办",
        "中期监控": "每月抽查",
        "后期处置": "谈话提醒",
        "措施责任人": "甲一",
        "完成时限": None,
        "责任领导": "丁一",
        "备案日期": "2026-03-01",
        "调整记录": None,
        "备注": None,
    }


@pytest.mark.parametrize(
    ("stages", "people"),
    [
        (["prevention", "monitoring", "disposal"], "甲二"),
        (["prevention", "monitoring"], "前期预防：甲二\n中期监控：甲二"),
    ],
)
def test_name_stands_alone_only_where_it_is_that_of_every_stage(book, stages, people):
    point = book.personal("照抄参数", on=SPRING)
    for stage in stages:
        book.measure(point, "两人经办", on=SPRING, stage=stage, responsible=together([book.campus.colleague]))

    found = sheets(book, on=SPRING)["财务处"]

    head = next(row for row in found if row[0] == "序号")
    assert found[found.index(head) + 1][head.index("措施责任人")] == people


def test_workbook_of_a_reader_holds_no_text_he_may_not_read(book):
    book.measure(book.personal("秘密内容", on=SPRING, grade=3), "秘密措施", on=SPRING)
    book.personal("报备内容", on=SPRING, grade=1)

    assert {"秘密内容", "秘密措施", "报备内容"} <= cells(book, on=SPRING, reader=book.campus.head)
    assert cells(book, on=SPRING, reader=book.campus.office) & {"秘密内容", "秘密措施", "报备内容"} == {"报备内容"}


@pytest.mark.parametrize("text", ["=1+1", "+86", "-1", "@SUM(A1)", "＝1+1", "=cmd|' /C calc'!A0"])
def test_workbook_never_turns_a_text_into_a_formula(book, text):
    book.point(text, on=SPRING)
    sheets = worksheets(ledgers.everything(), book.campus.scheme, book.campus.root, on=SPRING, year=2026)

    found = [
        cell
        for sheet in openpyxl.load_workbook(io.BytesIO(ledger_workbook(sheets)))
        for row in sheet.iter_rows()
        for cell in row
        if cell.value == text
    ]

    assert [cell.data_type for cell in found] == ["s"]


def test_empty_ledger_still_has_its_headings(book):
    found = sheets(book, on=SPRING, unit=book.campus.unit)

    assert [label for label, _ in columns(book.campus.scheme)] in found["财务处"]
