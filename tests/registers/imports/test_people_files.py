"""Files of people in the shapes in which institutions keep them. The numbers are those of the list of variants."""

import io
import zipfile
from datetime import date

import pytest

from registers.imports import values
from registers.imports.grid import Cell
from registers.models import UnitAlias
from registers.refusals import Refused
from tests.factories import make_person
from tests.registers.imports.taken import HEAD, book_of, faults, joined, plan_of, said, taken
from tests.workbooks import Number, Raw, parts, sheet, workbook, zipped

pytestmark = [pytest.mark.django_db, pytest.mark.database("sqlite")]

TWO = [["04001", "孙一", "财务处"], ["04002", "孙二", "招生就业处"]]
BOTH = {"04001": ("孙一", "财务处"), "04002": ("孙二", "招生就业处")}


# case → (rows, merged ranges): all say the same as the clean head. Commoner shapes are combined in ``test_any_writing``.
HEADS = {
    "3 three lines": (
        [["基本信息", "", "部门"], ["人员", "", ""], ["工号", "姓名", ""], *TWO],
        ["A1:B1", "A2:B2", "C1:C3"],
    ),
    "26 head again": ([HEAD, TWO[0], HEAD, TWO[1]], []),
    "7 note box below": ([HEAD, *TWO, ["导入前请删除本说明，工号须为文本"], [""]], ["A4:C5"]),
    "33 empty columns": ([[*HEAD, *[""] * 40], *TWO], []),
}


@pytest.mark.parametrize("case", HEADS)
def test_head_is_recognised_in_every_shape(campus, case):
    rows, merges = HEADS[case]
    plan = plan_of(campus, workbook(rows, merges=merges))
    assert joined(plan) == BOTH, said(plan)
    assert faults(plan) == ""
    assert plan.is_ready


def test_skipped_lines_are_counted_and_totals_compared(campus):
    rows = [HEAD, ["必填", "必填", "选填"], ["一、机关"], *TWO, ["共 53 人"]]
    assert "跳过说明行 1 行、分段行 1 行、合计行 1 行" in said(plan_of(campus, rows))
    assert "人员!A6 写着“共 53 人”，上面有 2 行" in said(plan_of(campus, rows))


def test_merged_and_repeated_units_are_filled(campus):
    """Variant 25."""
    rows = [HEAD, ["1", "孙一", "财务处"], ["2", "孙二", ""], ["3", "孙三", "〃"], ["4", "孙四", "同上"]]
    plan = plan_of(campus, workbook(rows, merges=["C2:C3"]))
    assert {unit for _, unit in joined(plan).values()} == {"财务处"}
    assert len(joined(plan)) == 4


def test_blank_units_are_filled_only_when_somebody_says_so(campus):
    rows = [HEAD, ["1", "孙一", "财务处"], ["2", "孙二", ""]]
    plan = plan_of(campus, rows)
    [question] = plan.report.open_questions
    assert (question.key, question.cells) == ("fill:人员:unit", "C3")
    assert "C3" in faults(plan_of(campus, rows, answers={question.key: "blank"}))
    assert len(joined(plan_of(campus, rows, answers={question.key: "fill"}))) == 2


@pytest.mark.parametrize(
    ("written", "number"),
    [
        (Number("11112010095"), "11112010095"),  # 10
        (Number("1.1112010095E10"), "11112010095"),
        (Number("10086.0"), "10086"),
        ("RYJM-0000137269", "RYJM-0000137269"),  # 12
        ("T04008", "T04008"),
    ],
)
def test_number_is_read_as_it_was_meant(campus, written, number):
    assert list(joined(plan_of(campus, [HEAD, [written, "孙一", "财务处"]]))) == [number]


def test_lost_zeros_are_asked_for_once_a_column(campus):
    """Variant 9."""
    rows = [HEAD, *([f"0400{i}", f"孙{i}", "财务处"] for i in range(1, 5)), [Number("4008"), "孙八", "财务处"]]
    plan = plan_of(campus, rows)
    [question] = plan.report.open_questions
    assert question.cells == "A6"
    padded = plan_of(campus, rows, answers={question.key: "pad"})
    assert "04008" in joined(padded)
    make_person("孙八", campus.unit, number="04008")
    assert plan_of(campus, rows).report.open_questions == []
    assert "4008" not in joined(plan_of(campus, rows))


DAYS = [
    ("2019.02.05", "2019-02-05", "日"),
    ("201902", "2019-02-01", "月"),
    ("2019-2", "2019-02-01", "月"),
    ("19年2月", "2019-02-01", "月"),
    ("2019年2月5日", "2019-02-05", "日"),
    ("２０１９．２", "2019-02-01", "月"),
    ("2019", "2019-01-01", "年"),
    ("20190205", "2019-02-05", "日"),
]


@pytest.mark.parametrize(("written", "day", "precision"), DAYS)
def test_day_is_read_in_every_writing(written, day, precision):
    """Variant 13."""
    assert values.day(Cell(written), this_year=2026) == values.Day(date.fromisoformat(day), precision)


def test_day_of_a_number_cell():
    """Variants 13 and 14."""
    assert values.day(Cell("43501", "n"), this_year=2026).day == date(2019, 2, 5)
    assert values.day(Cell("2019.1", "n", "0.00"), this_year=2026).day == date(2019, 10, 1)
    with pytest.raises(values.TwoDays, match=r"1月.*10月"):
        values.day(Cell("2019.1", "n"), this_year=2026)
    assert values.day(Cell("2019.1", "n"), this_year=2026, two="10").day == date(2019, 10, 1)


def test_days_count_from_1900_or_1904():
    """Variant 15."""
    read = [
        book_of(zipped(parts({"人员": sheet([HEAD, ["1", "孙一", Number(serial, 3)]])}, workbook=mode)))
        for serial, mode in (("43501", ""), ("42039", '<workbookPr date1904="1"/>'))
    ]
    assert [book.sheets[0].cell(2, 3).text for book in read] == ["2019-02-05"] * 2


@pytest.mark.parametrize(
    ("written", "since", "until"),
    [
        ("2019.02—2022.03", date(2019, 2, 1), date(2022, 4, 1)),
        ("2019.02至今", date(2019, 2, 1), None),
        ("2019.02-", date(2019, 2, 1), None),
    ],
)
def test_span_of_days(written, since, until):
    """Variant 16."""
    first, last = values.span(Cell(written), this_year=2026)
    assert (first.day, last and last.day) == (since, until)


@pytest.mark.parametrize(
    "bad", ["2099-18-36", "2015-03-013", "1900-02-29", "31.02", "0", "-1", "3000-01-01", "昨天", "99999999"]
)
def test_day_that_is_none_is_refused_with_its_cell(campus, bad):
    """Broken file 34."""
    plan = plan_of(campus, [[*HEAD, "任职日期"], ["1", "孙一", "财务处", bad]])
    assert "人员!D2 日期" in faults(plan)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("阿\u3000·\u3000乙", "阿·乙"),
        ("Anna Li", "Anna Li"),
    ],
)
def test_name_is_read_as_it_was_meant(written, name):
    """Variant 17."""
    assert values.person_name(Cell(written))[0] == name


def test_posts_of_somebody_in_two_rows_are_his_with_their_cells(campus):
    rows = [["1", "孙一", "财务处", "科员"], ["1", "孙一", "招生就业处", "干事"], ["1", "孙一", "财务处", "科员"]]
    plan = plan_of(campus, [[*HEAD, "岗位"], *rows])
    takes = [(line.new, line.cell) for line in plan.lines if line.kind == "takes"]
    assert takes == [("财务处：科员", "人员!D2"), ("招生就业处：干事", "人员!D3")]
    assert "人员!A2、A3 工号 1 出现两次，按一人读取，以前一处的所在单位“财务处”为准" in said(plan)


def test_two_people_may_have_one_name(campus):
    """Variant 18."""
    assert len(joined(plan_of(campus, [HEAD, ["1", "孙一", "财务处"], ["2", "孙一", "财务处"]]))) == 2


POSTS = {
    "19 several with their units": ("财务处处长，招生就业处部长", ["财务处：处长", "招生就业处：部长"]),
    "20 one unit": ("处长、党总支书记（兼）", ["财务处：处长", "财务处：党总支书记"]),
    "21 acting": ("副处长（主持工作）", ["财务处：副处长"]),
    "line by line": ("会计；出纳", ["财务处：会计", "财务处：出纳"]),
    "24 vacant": ("——", []),
}


@pytest.mark.parametrize("case", POSTS)
def test_posts_of_a_cell(campus, case):
    written, wanted = POSTS[case]
    plan = plan_of(campus, [[*HEAD, "职务"], ["1", "孙一", "财务处", written]])
    assert taken(plan) == [("孙一", post) for post in wanted]
    assert ("主持工作" in said(plan)) == case.startswith("21")


def test_second_unit_is_a_second_post(campus):
    """Variant 22."""
    head = [*HEAD, "职务", "是否双肩挑", "双肩挑单位1"]
    plan = plan_of(
        campus, [head, ["1", "孙一", "财务处", "处长", "是", "招生就业处"], ["2", "孙二", "财务处", "科员", "是"]]
    )
    assert taken(plan) == [("孙一", "财务处：处长"), ("孙一", "招生就业处：处长"), ("孙二", "财务处：科员")]
    assert "人员!E3 写明双肩挑，没有写" in said(plan)


@pytest.mark.parametrize("status", ["借调", "挂职", "长病假", "停薪留职", "退休返聘", "延聘"])
def test_who_is_away_for_a_time_stays(campus, status):
    """Variant 23."""
    plan = plan_of(campus, [[*HEAD, "人员状态"], ["clerk", "甲一", "财务处", status]])
    assert not [line for line in plan.lines if line.key == "clerk"]


@pytest.mark.parametrize("status", ["退休", "调出", "辞职"])
def test_who_has_left_is_a_line(campus, status):
    plan = plan_of(campus, [[*HEAD, "人员状态"], ["clerk", "甲一", "财务处", status]])
    assert ("left", status) in [(line.kind, line.new) for line in plan.lines if line.key == "clerk"]


@pytest.mark.parametrize("name", ["空缺", "待补", "——", ""])
def test_vacant_post_is_no_person(campus, name):
    """Variant 24."""
    plan = plan_of(campus, [[*HEAD, "职务"], ["1", "孙一", "财务处", "科员"], ["", name, "财务处", "处长"]])
    assert list(joined(plan)) == ["1"]
    assert faults(plan) == ""


def test_hidden_rows_and_columns_are_read_and_said(campus):
    """Variant 28."""
    hidden = '<cols><col min="1" max="1" hidden="1"/></cols>'
    data = workbook([HEAD, *TWO], hidden={3}, before=hidden)
    plan = plan_of(campus, data)
    assert joined(plan) == BOTH
    assert "“工号”是隐藏列" in said(plan)
    [question] = plan.report.questions
    assert not question.is_open
    assert list(joined(plan_of(campus, data, answers={question.key: "leave"}))) == ["04001"]


def test_missing_unit_is_one_fault_of_all_its_rows(campus):
    """People before units: the one cause is said once, with the first of its cells."""
    rows = [[str(number), f"孙{number}", "图书馆", "馆员"] for number in range(1, 11)]
    plan = plan_of(campus, [[*HEAD, "职务"], *rows])
    cells = "、".join(f"C{row}" for row in range(2, 10))
    assert faults(plan) == f"人员!{cells} 等 10 处 没有单位“图书馆”（10 处）。请先导入单位，或改为已有单位的名称"


def test_sheet_may_be_left_out(campus):
    """A sheet of those who have retired keeps the others from nothing."""
    retired = [["工号", "姓名", "部门", "退休时间"], ["9001", "孙九", "离退休处", "2020.01"]]
    data = zipped(parts({"在编": sheet([HEAD, ["1", "孙一", "财务处"]]), "离退休": sheet(retired)}))
    plan = plan_of(campus, data)
    assert "没有单位“离退休处”" in faults(plan)
    assert [question.key for question in plan.report.questions] == ["sheet:在编", "sheet:离退休"]
    plan = plan_of(campus, data, answers={"sheet:离退休": "leave"})
    assert (plan.is_ready, list(joined(plan))) == (True, ["1"])
    with pytest.raises(Refused, match="至少导入一张"):
        plan_of(campus, data, answers={"sheet:在编": "leave", "sheet:离退休": "leave"})


def test_sheets_named_as_units(campus):
    """Variant 29."""
    names = {
        unit: sheet([HEAD[:2], [str(i), f"孙{i}"]]) for i, unit in enumerate(["财务处", "招生就业处", "监察审计处"])
    }
    made = parts(
        names | {"须知": sheet([["请勿改动"]]), "字典": sheet([["代码", "含义"]])},
        states={"字典": ' state="veryHidden"'},
    )
    plan = plan_of(campus, zipped(made))
    assert [unit for _, unit in joined(plan).values()] == ["财务处", "招生就业处", "监察审计处"]
    assert said(plan).count("没有读取") == 2


CSV = "工号,姓名,部门\r\n04001,孙一,财务处\r\n04002,孙二,招生就业处\r\n"
XML_CELLS = [[f'<Cell><Data ss:Type="String">{text}</Data></Cell>' for text in row] for row in [HEAD, *TWO]]
XML = (
    '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"'
    ' xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="s"><Table>'
    + "".join(f"<Row>{''.join(cells)}</Row>" for cells in XML_CELLS)
    + "</Table></Worksheet></Workbook>"
)
HTML = f"<html><table>{''.join('<tr>' + ''.join(f'<td>{t}</td>' for t in row) + '</tr>' for row in [HEAD, *TWO])}</table></html>"
FILES = {
    "32 XML of 2003": (XML.encode(), "a.xls"),
    "32 web page": (HTML.encode("gbk"), "a.xls"),
    "32 workbook": (workbook([HEAD, *TWO]), "a.xls"),
    "33 web page under its own name": (HTML.encode("gbk"), "a.html"),
}


@pytest.mark.parametrize("case", FILES)
def test_file_is_read_by_what_it_is(campus, case):
    data, name = FILES[case]
    plan = plan_of(campus, data, name=name)
    assert joined(plan) == BOTH, said(plan)
    assert bool(book_of(data, name).notes) == name.endswith(".xls")


def test_four_byte_character_of_gb18030(campus):
    data = CSV.replace("孙一", "\U00020bb7一").encode("gb18030")
    assert joined(plan_of(campus, data, name="a.csv"))["04001"][0] == "\U00020bb7一"


def test_values_of_formulas_are_used(campus):
    """Variant 35: the value that Excel kept, also where an ignored column holds an error."""
    cells = ['<c r="@" t="str"><f>VLOOKUP(1,B:C,2)</f><v>财务处</v></c>', '<c r="@" t="e"><v>#N/A</v></c>']
    plan = plan_of(campus, [[*HEAD, "备注"], ["1", "孙一", *map(Raw, cells)]])
    assert joined(plan) == {"1": ("孙一", "财务处")}
    assert said(plan) == ""


def test_two_thousand_rows_without_a_value_cost_nothing(campus):
    """Variant 34."""
    rows = [HEAD, *TWO, *[[Raw('<c r="@" s="1"/>')] * 3] * 2000]
    assert joined(plan_of(campus, rows)) == BOTH


def test_private_columns_leave_no_trace(campus):
    """Variant 27: also in a column that nobody would expect them in."""
    rows = [[*HEAD, "身份证号", "备注"], ["1", "孙一", "财务处", "11010119900307721X", "电话13800138000"]]
    book = book_of(workbook(rows))
    assert "11010119900307721X" not in repr(book)
    assert "13800138000" not in repr(book)
    assert book.sheets[0].cell(1, 4).text == "身份证号"


def test_private_values_of_a_card_leave_no_trace(campus):
    """Variant 27 for cards: a label and its value beside each other, above the table or among its heads, or in one cell."""
    card = [
        ["姓名", "甲一", "出生日期", Number("33000", 3), "手机", "", "13800138000"],
        ["身份证号", "110101199003077", "家庭住址：长春市某路1号", "口令", "S3cret-word"],
        [*HEAD, "手机", "钉钉"],
        ["07001", "孙一", "民族学院", "13800138000", "sun"],
        ["07002", "孙二", "财务处", "", "出生年月", "1990.3"],
    ]
    book = book_of(workbook(card))
    kept = str(book)
    for word in ("1990", "13800138000", "110101199003077", "某路", "S3cret"):
        assert word not in kept
    for word in ("民族学院", "sun", "钉钉", "甲一", "财务处"):
        assert word in kept
    alone = str(
        book_of(workbook([["工号", "04001", "姓名", "甲一"], ["身份证号", "110101199003077", "籍贯", "吉林长春"]]))
    )
    assert "110101199003077" not in alone
    assert "长春" not in alone


def test_joint_names_and_other_names_lead_to_one_unit(campus):
    """Variant 38."""
    campus.unit.name = "党委办公室、校长办公室（督查室）"
    campus.unit.save()
    UnitAlias.objects.create(unit=campus.unit, name="两办")
    written = ["党委办公室", "校长办公室", "督查室", "两办", "CW", "党委办公室、校长办公室（督查室）"]
    plan = plan_of(campus, [HEAD, *([str(i), f"孙{i}", unit] for i, unit in enumerate(written))])
    assert {unit for _, unit in joined(plan).values()} == {campus.unit.name}
    assert len(joined(plan)) == len(written)


def test_party_membership_in_all_words():
    written = {
        "中共党员": True,
        "01": True,
        "01-中共党员": True,
        "中共预备党员": True,
        "群众": False,
        "民盟盟员": False,
        "": None,
    }
    assert {text: values.party(Cell(text)) for text in written} == written


def test_names_of_parts_do_not_matter():
    """A package of another program, whose parts come in another order, reads the same."""
    data = workbook([HEAD, *TWO])
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        turned = {name: package.read(name) for name in reversed(package.namelist())}
    assert book_of(zipped(turned)).sheets[0].rows == book_of(data).sheets[0].rows
