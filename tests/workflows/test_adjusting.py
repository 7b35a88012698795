"""Changes of the register at any time: every kind of them, under every scheme, with, after and without a campaign (T6)."""

import pytest
from django.urls import reverse

from registers import placing, versions
from registers.access import NotAllowed
from registers.differences import fields_of
from registers.models import ControlMeasure, PowerItem, ProcessStep, RiskPoint, Unit
from registers.refusals import Refused, Stale
from registers.schemes.adjusting import POWERS, PREFIX
from registers.schemes.parts import Level
from tests.factories import moment
from tests.longer import longer
from tests.noscript import Plain
from tests.workflows.office import Office, entry_of, levels, proposals
from tests.workflows.test_every_scheme import SLUGS
from workflows.campaign import adjustments, campaigns
from workflows.models import Campaign, Submission
from workflows.models.submissions import State
from workflows.sheets import process, sheet_for

pytestmark = [pytest.mark.django_db, pytest.mark.database("sqlite")]


@pytest.fixture
def make_office(make_campus, clock):
    return lambda slug: Office(make_campus(scheme=slug), clock)


@pytest.mark.parametrize(
    ("slug", "often"),
    [case for slug in SLUGS for case in ((slug, False), pytest.param(slug, True, marks=longer("all levels thrice")))],
)
def test_every_kind_of_change_under_every_scheme_whatever_campaign_there_is(make_office, slug, often):
    """Every level without a campaign; one of them while one runs and another after it, or ``often`` all of them each time."""
    office = make_office(slug)
    assert {Level.PERSONAL, Level.UNIT, POWERS} <= set(levels(office))
    campaign = None
    for when in ("without", "during", "after"):
        if when == "during":
            campaign = office.open_campaign()
        elif when == "after":
            campaigns.close(campaign, actor=office.actor(office.campus.office), at=office.clock.now)
        some = {"during": levels(office)[:1], "after": levels(office)[-1:]}
        for what in levels(office) if often else some.get(when, levels(office)):
            _every_kind(office, what)
    assert Campaign.objects.filter(state="standing").count() == 1
    with pytest.raises(Refused, match="没有这一类登记"):  # the school's points are the school's
        campus = office.campus
        adjustments.begin(Level.SCHOOL, unit=campus.unit, actor=office.actor(campus.head), at=office.clock.now)


def _every_kind(office, what):
    records = office.on_record(what)
    revised, retired, measured = records
    sheet = office.begin(what)
    sheet = office.hand_in(sheet, *proposals(office, sheet, what, records))
    assert sheet.state == State.FILED, (str(sheet.task), sheet.decisions.last())
    model = type(revised)
    assert not model.objects.open().filter(series=retired.series).exists()
    line = sheet.lines.filter(change="add").exclude(**{("power_item" if what == POWERS else "risk_point"): None}).get()
    assert line.record.in_force_from is not None
    now = model.objects.open().get(series=revised.series)
    assert now.base == revised
    if what == POWERS:
        assert (now.legal_basis, now.discipline, [step.procedure for step in now.steps.all()]) == (
            "改过的",
            "不得收受礼品",
            ["受理"],
        )
        assert now.steps.get().key == revised.steps.get().key
        # Whatever can be said of a power can be said under every rule book: 三重一大, 切身利益, 流程图编号 as well.
        left_out = {name for name in fields_of(PowerItem) if name != "steps" and not getattr(line.record, name)}
        assert left_out == (set() if office.rules.domains else {"domain"})
    else:
        stages = [stage.code for stage in office.rules.measure_stages]
        assert (now.content, now.final_grade is not None) == ("改过的", True)
        open_measures = ControlMeasure.objects.open()
        assert set(open_measures.filter(point_series=line.record.series).values_list("stage", flat=True)) == set(stages)
        assert not open_measures.filter(point_series=retired.series).exists()
        # Of a point whose measures alone change, the point keeps its version, and one measure is given up.
        assert RiskPoint.objects.open().get(series=measured.series).pk == measured.pk
        left = dict(open_measures.filter(point_series=measured.series).values_list("stage", "text"))
        assert left[stages[0]] == "改过的措施"
        assert set(left) == set(stages) - set(stages[1:2])
    document = sheet.filed_paper.document
    assert len(document["rows"]) == len({str(line.entry) for line in sheet.lines.all()})
    assert all(row["adjustment_reason"] == "职责有变化" for row in document["rows"])
    assert [row["change"] for row in document["rows"]][1:3] == ["修改", "撤销"]
    assert document["rows"][1]["changes"]


@pytest.fixture
def office(make_campus, clock):
    return Office(make_campus(), clock)


# --- Who, and what is typed ---------------------------------------------------------------------------------


def test_only_who_answers_for_it_proposes(office):
    campus = office.campus
    for user in (campus.liaison, campus.head, campus.office):
        assert office.begin(POWERS, user).person == user
    for what, user in ((POWERS, campus.clerk), (Level.UNIT, campus.other_head), (Level.PERSONAL, campus.head)):
        with pytest.raises(NotAllowed):
            office.begin(what, user)
    with pytest.raises(Refused, match="没有这一类登记"):
        office.begin("nothing", campus.liaison)


def test_who_has_left_the_post_goes_on_with_nothing(office):
    [point, *_] = office.on_record(Level.PERSONAL)
    sheet = office.begin(Level.PERSONAL, key=str(point.series))
    assert office.begin(Level.PERSONAL) == sheet  # one at a time
    office.campus.clerk.incumbencies.update(until=office.clock.today)
    with pytest.raises(NotAllowed):
        office.hand_in(office.read(sheet), entry_of(sheet_for(office.read(sheet)), point, "retire"))


def test_head_who_proposes_is_passed_by_when_it_is_decided(office):
    [power, *_] = office.on_record(POWERS)
    sheet = office.begin(POWERS, office.campus.head)
    sheet = office.hand_in(sheet, entry_of(sheet_for(sheet), power, "retire"))
    assert sheet.state == State.FILED
    assert office.campus.head.pk not in sheet.decisions.exclude(verdict="submit").values_list("actor", flat=True)


@pytest.mark.parametrize(
    ("change", "values", "wrong"),
    [
        ("", {}, {"change": "请选择修改或撤销。"}),
        ("revise", {}, {"change": "内容与现行登记相同：要改请修改内容，不改的请从本表移除这一项。"}),
        ("retire", {"reason": " "}, {"reason": "请填写“调整理由”。"}),
        ("retire", {"reason": "长" * 501}, {"reason": "“调整理由”最多 500 字，现有 501 字。"}),
    ],
)
def test_adjustment_that_is_not_clear_is_not_taken(office, change, values, wrong):
    [power, *_] = office.on_record(POWERS)
    kind = sheet_for(office.begin(POWERS))
    assert kind.faults({"entries": [entry_of(kind, power, change, **values)], "values": {}}) == {
        str(power.series): wrong
    }
    assert kind.faults({"entries": [], "values": {}}) == {"": {"": "请先选择要修改或撤销的登记项，或新增一项。"}}


def test_last_measure_of_a_point_stays_with_it(office):
    [point, *_] = office.on_record(Level.PERSONAL)
    kind = sheet_for(office.begin(Level.PERSONAL))
    emptied = entry_of(kind, point, "revise", **{stage.code: "" for stage in office.rules.measure_stages})
    [wrong] = kind.faults({"entries": [emptied], "values": {}}).values()
    assert "至少保留一项防控措施" in wrong["prevention"]


ROW = {"key": "11111111-1111-4111-8111-111111111111", "procedure": "受理"}
OTHER = {"key": "22222222-2222-4222-8222-222222222222", "procedure": "审批"}


@pytest.mark.parametrize(
    ("typed_row", "words"),
    [
        *(
            ({name: "长" * (most + 1)}, f"第1步的“{label}”最多 {most} 字，现有 {most + 1} 字")
            for name, (label, most) in process.TEXTS.items()
        ),
        ({"procedure": " "}, "第1步没有写步骤内容"),
        ({"when_1": "长" * 31, "to_1": OTHER["key"]}, "第1步的条件 1 最多 30 字，现有 31 字"),
        ({"when_1": "通过"}, "第1步的条件“通过”没有选择转到哪一步"),
        ({"to_1": ROW["key"]}, "第1步不能转到本步"),
        ({"to_1": "33333333-3333-4333-8333-333333333333"}, "第1步转到的步骤没有填写内容"),
        ({"to_1": OTHER["key"], "to_2": "end", "when_2": "不通过"}, "第1步有几个去向，每个去向都要写明条件"),
    ],
)
def test_every_field_of_a_step_has_its_limit_in_words_and_keeps_what_was_typed(typed_row, words):
    text = process.typed_text([ROW | typed_row | {"checked_by": typed_row.get("checked_by", "科长")}, OTHER])
    assert process.fault(text, required=True, label="运作程序") == f"{words}。"
    [row, _] = process.rows_of(text)
    assert {name: row[name] for name in typed_row} == typed_row
    longest = {name: "长" * most for name, (_, most) in process.TEXTS.items()}
    assert process.fault(process.typed_text([ROW | longest, OTHER]), required=True, label="运作程序") == ""


def test_power_is_revised_on_the_page_without_script_and_its_chart_has_a_decision(office):
    power, *_ = office.on_record(POWERS)
    key = power.steps.get().key
    page = Plain(office.campus.liaison).go(f"{reverse('adjustment_list')}?power={power.series}")
    page.press(page.form(f"contains(@action, '{reverse('adjustment_begin')}')"))
    sheet = Submission.objects.get(task__code=f"{PREFIX}{POWERS}")
    address = reverse("submission_fill", args=[sheet.pk])
    form = page.form("@data-sheet")
    prefix = f"e-{power.series}-procedure-"
    assert form.fields[f"{prefix}0-procedure"] == "受理"
    second, third = form.fields[f"{prefix}1-key"], form.fields[f"{prefix}2-key"]
    form.fields[f"{prefix}1-procedure"], form.fields[f"{prefix}2-procedure"] = "审核", "审批"
    form.fields[f"{prefix}1-post_name"] = "外" * 61
    form.fields[f"{prefix}1-when_1"], form.fields[f"{prefix}1-to_1"] = "符合", third
    form.fields[f"{prefix}1-when_2"], form.fields[f"{prefix}1-to_2"] = "不符合", str(key)
    form.fields[f"e-{power.series}-change"] = "revise"
    form.fields[f"e-{power.series}-reason"] = "增加审核环节"
    form.fields[f"e-{power.series}-kind"] = "decision"
    page.press(form, "submit", "1", address)
    assert any("第2步的“承办岗位”最多 60 字，现有 61 字" in words for words in page.complaints)
    form = page.form("@data-sheet")
    assert form.fields[f"{prefix}1-post_name"] == "外" * 61  # nothing is cut
    form.fields[f"{prefix}1-post_name"] = office.campus.post.name
    page.press(form, "submit", "1", address)
    sheet = office.finish(sheet)
    assert sheet.state == State.FILED, page.complaints

    now = PowerItem.objects.open().get(series=power.series)
    steps = list(now.steps.all())
    assert [str(step.key) for step in steps] == [str(key), second, third]
    assert (steps[1].post, now.legal_basis, now.discipline) == (office.campus.post, "原依据", "不得收受礼品")
    drawn = Plain(office.campus.colleague).client.get(reverse("power_detail", args=[power.series])).content.decode()
    assert drawn.count("<polygon") == 1
    assert all(f">{words}</text>" in drawn for words in ("符合", "不符合", "审批"))


def test_point_stands_on_the_step_that_was_chosen_whatever_its_power_is_called_later(office):
    power, *_ = office.on_record(POWERS)
    point, *_ = office.on_record(Level.UNIT)
    step = power.steps.get()
    sheet = office.begin(Level.UNIT)
    place = f"{power.series}.{step.key}"
    sheet = office.hand_in(sheet, entry_of(sheet_for(sheet), point, "revise", power_place=place))
    placed = RiskPoint.objects.open().get(series=point.series)
    assert (placed.power_series, placed.step_key, placed.step) == (power.series, step.key, "受理")

    sheet = office.begin(POWERS)
    sheet = office.hand_in(sheet, entry_of(sheet_for(sheet), power, "revise", name="改了名的权力", kind="decision"))
    assert sheet.state == State.FILED
    head = Plain(office.campus.head)
    assert point.content in head.go(f"{reverse('power_detail', args=[power.series])}?risks=1").words
    assert "改了名的权力" in head.go(f"{reverse('ledger')}?unit={office.campus.unit.code}").words


def test_points_are_placed_by_name_only_where_one_power_has_it(office):
    campus = office.campus
    point, twin, nameless = office.on_record(Level.UNIT)
    RiskPoint.objects.filter(pk=point.pk).update(power_item="采购")
    RiskPoint.objects.filter(pk=twin.pk).update(power_item="报销")
    RiskPoint.objects.filter(pk=nameless.pk).update(power_item="")
    powers = [PowerItem(unit=campus.unit, name=name) for name in ("采购", "报销", "报销")]
    versions.load_history(powers, on=moment("2025-01-01 09:00").date())

    placed, doubts = placing.place(Unit.objects.all())

    assert (placed, [str(doubt) for doubt in doubts]) == (1, ["财务处　“风险销”（报销）：本单位有 2 项同名权力事项"])
    assert RiskPoint.objects.get(pk=point.pk).power_series == powers[0].series
    assert placing.place(Unit.objects.all())[0] == 0


def test_office_settles_in_the_browser_what_no_name_decides(office):
    """Each doubt stands with what was written and why it is one; the point goes where the office says and keeps its words."""
    campus = office.campus
    point, missing, nameless = office.on_record(Level.UNIT)
    RiskPoint.objects.filter(pk=nameless.pk).update(power_item="")
    RiskPoint.objects.filter(pk=point.pk).update(power_item="报销")
    RiskPoint.objects.filter(pk=missing.pk).update(power_item="早已没有的")
    reader = Plain(campus.office)
    assert "该单位还没有登记权力事项" in reader.go(reverse("point_doubts")).words
    powers = [
        PowerItem(unit=campus.unit, name="报销", accountable_post=campus.post),
        PowerItem(unit=campus.unit, name="报销"),
    ]
    versions.load_history(powers, on=moment("2025-01-01 09:00").date())
    step = ProcessStep.objects.create(power_item=powers[1], position=1, procedure="复核单据")

    assert "2 个风险点只写了权力事项名称，没有对应到登记的权力事项" in reader.go(reverse("power_list")).words
    assert "权力事项名称，没有对应" not in Plain(campus.clerk).go(reverse("power_list")).words
    words = reader.go(reverse("point_doubts")).words
    assert "本单位有 2 项同名权力事项" in words
    assert "本单位没有同名的权力事项" in words
    address = reverse("point_place", args=[point.pk])
    reader.press(reader.form(f"contains(@action, '{address}')"))
    assert "请从财务处现行的权力事项和步骤中选择。" in " ".join(reader.complaints)
    form = reader.form(f"contains(@action, '{address}')")
    form.fields["place"] = f"{powers[1].series}.{step.key}"
    reader.press(form)

    settled = RiskPoint.objects.get(pk=point.pk)
    assert (settled.power_series, settled.step_key, settled.power_item) == (powers[1].series, step.key, "报销")
    assert f"“{settled}”已对应。" in reader.words
    assert [str(doubt.point) for doubt in placing.doubts_of(placing.doubtful())] == [str(missing)]
    assert settled.content in reader.go(f"{reverse('power_detail', args=[powers[1].series])}?risks=1").words
    with pytest.raises(Stale, match="刚由他人对应"):
        placing.place_one(point.pk, str(powers[0].series), actor=office.actor(campus.office), at=office.clock.now)
    with pytest.raises(NotAllowed):
        placing.place_one(missing.pk, str(powers[0].series), actor=office.actor(campus.liaison), at=office.clock.now)

    versions.load_history([PowerItem(unit=campus.unit, name="早已没有的")], on=moment("2025-01-01 09:00").date())
    assert "本单位有 1 项同名权力事项，尚未确认" in reader.go(reverse("point_doubts")).words
    reader.press(
        reader.form(f"contains(@action, '{reverse('point_place', args=[missing.pk])}')")
    )  # it is chosen already
    assert RiskPoint.objects.get(pk=missing.pk).power_series == PowerItem.objects.get(name="早已没有的").series
