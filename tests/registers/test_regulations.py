"""Regulations: who puts them on record, pasted lists by line, two editors at once, and the directory on paper."""

from datetime import date

import pytest
from django.urls import reverse

from registers import audit, regulations
from registers.access import NotAllowed
from registers.actors import Actor
from registers.models import AuditEntry, ControlMeasure, PowerItem, Regulation, RiskCategory, RiskPoint
from registers.papers.compose import document_for
from registers.refusals import Refused, Stale
from tests.factories import moment
from tests.noscript import Plain

pytestmark = [pytest.mark.django_db, pytest.mark.database("both")]

FORM = "ancestor::main and @method='post'"
AT, TODAY = moment("2026-09-15 10:00"), date(2026, 9, 15)
VALUES = {"name": "预算管理办法", "document_number": "校财发〔2024〕12号", "state": "in_force"}


@pytest.fixture
def campus(make_campus, clock):
    return make_campus()


def actor(user):
    return Actor(user, on=TODAY)


def power(campus, name="大额资金支付审批", **values):
    return PowerItem.objects.create(unit=campus.unit, name=name, in_force_from=date(2026, 1, 1), **values)


@pytest.mark.parametrize("who", ["liaison", "head", "office", "registrar"])
def test_whoever_answers_for_a_unit_puts_its_regulations_on_record(campus, who):
    found = regulations.add(campus.unit, VALUES, actor=actor(getattr(campus, who)), at=AT)

    assert (found.unit, found.document_number, found.state) == (campus.unit, "校财发〔2024〕12号", "in_force")
    entry = AuditEntry.objects.get(act="regulation.add")
    assert (entry.about, entry.detail) == (f"registers.regulation:{found.pk}", {"unit": campus.unit.pk})


@pytest.mark.parametrize("who", ["clerk", "member", "other_head", "leader", "auditor"])
def test_nobody_else_does(campus, who):
    with pytest.raises(NotAllowed, match="制度由本单位联络员"):
        regulations.add(campus.unit, VALUES, actor=actor(getattr(campus, who)), at=AT)
    assert not Regulation.objects.exists()


def test_units_people_write_nothing_for_the_school(campus):
    with pytest.raises(NotAllowed):
        regulations.add(campus.root, VALUES, actor=actor(campus.head), at=AT)


def test_name_is_taken_until_the_old_one_is_repealed(campus):
    head = actor(campus.head)
    first = regulations.add(campus.unit, VALUES, actor=head, at=AT)
    with pytest.raises(Refused):
        regulations.add(campus.unit, VALUES, actor=head, at=AT)
    regulations.change(first.pk, {**VALUES, "state": "repealed"}, seen=1, actor=head, at=AT)
    regulations.add(campus.unit, VALUES, actor=head, at=AT)
    assert sorted(Regulation.objects.values_list("state", flat=True)) == ["in_force", "repealed"]


def test_second_of_two_editors_is_told_and_changes_nothing(campus):
    found = regulations.add(campus.unit, VALUES, actor=actor(campus.head), at=AT)
    regulations.change(found.pk, {**VALUES, "remark": "甲"}, seen=1, actor=actor(campus.liaison), at=AT)
    with pytest.raises(Stale):
        regulations.change(found.pk, {**VALUES, "remark": "乙"}, seen=1, actor=actor(campus.head), at=AT)
    found.refresh_from_db()
    assert (found.remark, found.version) == ("甲", 2)
    assert AuditEntry.objects.get(act="regulation.change").detail == {"fields": ["remark"]}


def test_page_keeps_what_the_second_editor_typed(campus):
    found = regulations.add(campus.unit, VALUES, actor=actor(campus.head), at=AT)
    address, head = reverse("regulation_edit", args=[found.pk]), Plain(campus.head)
    form = head.go(address).form(FORM)
    regulations.change(found.pk, {**VALUES, "remark": "甲"}, seen=1, actor=actor(campus.liaison), at=AT)

    answer = head.client.post(address, {**dict(form.form_values()), "remark": "乙的备注"})

    assert answer.status_code == 409
    assert "刚被别人修改" in answer.content.decode()
    assert "乙的备注" in answer.content.decode()


# --- Pasted lists ------------------------------------------------------------------------------------------


def test_list_is_read_with_all_the_ways_people_write_days():
    rows, faults = regulations.read_list(
        "《预算管理办法》｜校财发〔2024〕12号｜2024-03-01\n\n票据管理办法|校财发〔2023〕5号|2023年4月5日\n收费管理办法\t\t2022.10.8\n会议费管理办法"
    )
    assert faults == []
    assert [(row["name"], row["document_number"], row["effective_on"]) for row in rows] == [
        ("预算管理办法", "校财发〔2024〕12号", date(2024, 3, 1)),
        ("票据管理办法", "校财发〔2023〕5号", date(2023, 4, 5)),
        ("收费管理办法", "", date(2022, 10, 8)),
        ("会议费管理办法", "", None),
    ]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("甲办法｜一号｜2024-13-01", "日期“2024-13-01”无法识别"),
        ("｜一号", "没有制度名称"),
        ("甲办法｜一号｜2024-01-01｜多", "有 4 栏"),
        ("甲" * 121, "“制度名称”最多 120 字，现有 121 字"),
        ("好办法", "与第 1 行的名称“好办法”重复"),
        ("旧办法", "本单位已登记“旧办法”"),
    ],
)
def test_fault_of_a_list_names_its_line(line, fault):
    _, faults = regulations.read_list(f"好办法｜一号\n{line}", {"旧办法"})
    [(number, text)] = faults
    assert number == 2
    assert text.startswith(fault)


def test_list_is_taken_over_whole_or_not_at_all(campus):
    head = actor(campus.head)
    with pytest.raises(regulations.Faulty):
        regulations.add_list(campus.unit, "甲办法\n乙办法｜｜昨天", state="in_force", actor=head, at=AT)
    assert not Regulation.objects.exists()
    made = regulations.add_list(campus.unit, "甲办法\n乙办法", state="to_draft", actor=head, at=AT)
    assert [(row.name, row.state, row.issued_by) for row in made] == [
        ("甲办法", "to_draft", "财务处"),
        ("乙办法", "to_draft", "财务处"),
    ]
    assert audit.verify()[1] == []


def test_page_shows_the_faults_and_keeps_the_text(campus):
    liaison = Plain(campus.liaison)
    form = liaison.go(reverse("regulation_import")).form(FORM)
    form.fields["text"] = "甲办法\n乙办法｜｜昨天"
    liaison.press(form, address=reverse("regulation_import"))
    assert "第 2 行：日期“昨天”无法识别" in liaison.words
    assert liaison.form(FORM).fields["text"].strip() == "甲办法\n乙办法｜｜昨天"


# --- Pages -------------------------------------------------------------------------------------------------


def test_liaison_puts_a_regulation_on_record_and_links_a_power(campus):
    item, liaison = power(campus), Plain(campus.liaison)
    form = liaison.go(reverse("regulation_add")).form(FORM)
    form.fields["name"] = "《支付审批办法》"
    liaison.press(form, address=reverse("regulation_add"))
    found = Regulation.objects.get()
    assert (found.name, found.issued_by, found.unit) == ("支付审批办法", "财务处", campus.unit)
    address = reverse("regulation_edit", args=[found.pk])
    form = liaison.go(address).form(FORM)
    assert form.xpath(".//option[@selected]/@value") == ["in_force"]
    liaison.press(form, "powers", str(item.series), address)
    assert "大额资金支付审批" in liaison.words


def boxes(browser, place):
    """Return label → value of the boxes of one choice of the page, and the labels of those that are ticked."""
    found = browser.page.xpath(f".//*[@id='{place}']//label[input]")
    found = {" ".join(label.text_content().split()): label.find("input") for label in found}
    ticked = [name for name, box in found.items() if box.get("checked") is not None]
    return {name: box.get("value") for name, box in found.items()}, ticked


@pytest.fixture
def many_powers(campus):
    """Powers of two units, more than a form lists: name → power."""
    rows = [
        PowerItem(unit=unit, name=f"{name}{number}", in_force_from=date(2026, 1, 1))
        for unit, name in ((campus.unit, "支付"), (campus.other_unit, "采购"))
        for number in range(60)
    ]
    return {power.name: power for power in PowerItem.objects.bulk_create(rows)}


def linked_to(regulation):
    series = regulation.power_links.values("power_series")
    return list(PowerItem.objects.filter(series__in=series).order_by("pk").values_list("name", flat=True))


def test_among_many_powers_others_are_looked_for_and_what_is_typed_stays(campus, many_powers):
    made = regulations.add(campus.root, VALUES, actor=actor(campus.office), at=AT)
    regulations.link(made, [many_powers["采购7"].series, many_powers["采购8"].series])
    address, browser = reverse("regulation_edit", args=[made.pk]), Plain(campus.office)
    form = browser.go(address).form(FORM)
    assert boxes(browser, "id_powers")[1] == ["采购7（招生就业处）", "采购8（招生就业处）"]
    assert boxes(browser, "id_found") == ({}, [])

    form.fields.update(name="改了的名称", effective_on="三月", power_name="1", power_unit="财务")
    form.xpath(".//*[@id='id_powers']//input")[1].checked = False
    form = browser.press(form, "find", "1", address).form(FORM)
    found, ticked = boxes(browser, "id_found")
    assert (list(found), ticked) == ([f"支付{number}（财务处）" for number in range(60) if "1" in str(number)], [])
    assert list(boxes(browser, "id_powers")[0]) == ["采购7（招生就业处）"]
    assert not browser.page.xpath(".//main//*[@class='field-error']")

    # A second search: what was ticked before it stays, and is not found again.
    form.fields.update(power_name="支付1", power_unit="")
    form = browser.press(form, "powers", found["支付31（财务处）"], address).form(FORM)
    assert "“施行日期”无法识别" in browser.words
    assert (
        list(boxes(browser, "id_powers")[0])
        == boxes(browser, "id_powers")[1]
        == ["支付31（财务处）", "采购7（招生就业处）"]
    )
    assert (form.fields["name"], form.fields["power_name"]) == ("改了的名称", "支付1")
    assert (Regulation.objects.get().name, linked_to(made)) == ("预算管理办法", ["采购7", "采购8"])

    form.fields["effective_on"] = "2026-03-01"
    browser.press(form, address=address)
    assert (Regulation.objects.get().name, linked_to(made)) == ("改了的名称", ["支付31", "采购7"])


def test_a_search_shows_so_many_powers_and_then_the_next(campus, many_powers):
    made = regulations.add(campus.unit, VALUES, actor=actor(campus.head), at=AT)
    address, browser = reverse("regulation_edit", args=[made.pk]), Plain(campus.head)
    form = browser.go(address).form(FORM)
    assert "power_unit" not in form.fields
    form.fields["power_name"] = "支付"
    form = browser.press(form, "find", "1", address).form(FORM)
    assert list(boxes(browser, "id_found")[0]) == [f"支付{number}" for number in range(50)]
    assert "最多列出 50 项" in browser.words
    for box in form.xpath(".//*[@id='id_found']//input"):
        box.checked = True
    form = browser.press(form, "find", "1", address).form(FORM)
    assert list(boxes(browser, "id_found")[0]) == [f"支付{number}" for number in range(50, 60)]
    form.fields["power_name"] = "采购"
    browser.press(form, "find", "1", address)
    assert "没有找到其他这样的权力事项" in browser.words  # of another unit


def test_search_saves_nothing_over_what_somebody_else_has_saved(campus, many_powers):
    made = regulations.add(campus.unit, VALUES, actor=actor(campus.head), at=AT)
    address, browser = reverse("regulation_edit", args=[made.pk]), Plain(campus.head)
    form = browser.go(address).form(FORM)
    regulations.change(made.pk, {**VALUES, "remark": "甲"}, seen=1, actor=actor(campus.liaison), at=AT)
    form.fields["power_name"] = "支付1"
    form = browser.press(form, "find", "1", address).form(FORM)
    browser.press(form, address=address)
    assert "刚被别人修改" in browser.words


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"name": ""}, "请填写“制度名称”。"),
        ({"name": "甲", "effective_on": "去年"}, "“施行日期”无法识别"),
        ({"name": "甲", "state": "to_draft", "effective_on": "2024-01-01"}, "待制定的制度还没有施行日期"),
        ({"name": "甲", "unit": "ZS"}, "不能为该单位登记制度"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(campus, typed, said):
    client = Plain(campus.liaison).client
    sent = {"unit": "CW", "state": "in_force", **typed}
    answer = client.post(reverse("regulation_add"), sent)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Regulation.objects.exists()


def test_list_is_narrowed_by_unit_state_and_words(campus):
    head = actor(campus.head)
    regulations.add(campus.unit, VALUES, actor=head, at=AT)
    regulations.add(campus.unit, {"name": "票据管理办法", "state": "to_amend"}, actor=head, at=AT)
    regulations.add(campus.root, {"name": "印章管理办法", "state": "in_force"}, actor=actor(campus.office), at=AT)
    clerk = Plain(campus.clerk)
    names = ["预算管理办法", "票据管理办法", "印章管理办法"]
    for query, expected in (
        ("", names),
        ("?unit=CW", names[:2]),
        ("?state=to_amend", names[1:2]),
        ("?q=校财发", names[:1]),
        ("?q=没有", []),
    ):
        clerk.go(reverse("regulation_list") + query)
        assert [name for name in names if name in clerk.words] == expected, query


# --- On paper ----------------------------------------------------------------------------------------------


def test_directory_lists_regulations_with_what_rests_on_them(campus):
    head = actor(campus.head)
    item = power(campus, legal_basis="《中华人民共和国会计法》\n预算管理办法第三条")
    linked = power(campus, "票据领用")
    own = regulations.add(campus.unit, VALUES | {"effective_on": date(2024, 3, 1)}, actor=head, at=AT)
    regulations.link(own, [linked.series])
    school = regulations.add(
        campus.root, {"name": "资金支付办法", "state": "to_amend"}, actor=actor(campus.office), at=AT
    )
    regulations.add(campus.root, {"name": "与本单位无关的办法", "state": "in_force"}, actor=actor(campus.office), at=AT)
    point = RiskPoint.objects.create(
        level="personal",
        unit=campus.unit,
        post=campus.post,
        holder=campus.clerk,
        category=RiskCategory.objects.first(),
        content="一人经办",
        in_force_from=date(2026, 1, 1),
    )
    ControlMeasure.objects.create(
        point_series=point.series,
        unit=campus.unit,
        stage="prevention",
        text="两人经办",
        regulation=school,
        in_force_from=date(2026, 1, 1),
    )

    def rows(reader):
        found = document_for(
            "regulation_directory",
            unit=campus.unit,
            units=[campus.unit],
            on=TODAY,
            rules=campus.scheme.rules,
            reader=reader,
        )
        return [
            (row["regulation"], row.get("document_number", ""), row["subjects"], row.get("state", ""))
            for row in found["rows"]
        ]

    assert item.series != linked.series
    assert rows(head) == [
        ("预算管理办法", "校财发〔2024〕12号", ["票据领用", "大额资金支付审批"], "现行"),
        ("资金支付办法", "", ["一人经办"], "待修订"),
        ("《中华人民共和国会计法》", "", ["大额资金支付审批"], ""),
    ]
    assert [name for name, *_ in rows(actor(campus.office))] == ["预算管理办法", "《中华人民共和国会计法》"]
