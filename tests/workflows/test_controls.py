"""Measures carried out: who records it, where a measure stands, the lists, the evidence."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from registers import versions
from registers.access import NotAllowed, can
from registers.actors import Actor
from registers.models import AuditEntry, ControlMeasure, Grade, RiskCategory, RiskPoint
from registers.models.risks import GRAVEST_FIRST
from registers.refusals import Refused
from registers.responsible import together
from tests.factories import make_person, moment
from tests.noscript import Plain
from workflows import controls
from workflows.models import Attachment, MeasureProgress
from workflows.views import controls as views

pytestmark = [pytest.mark.django_db, pytest.mark.database("both")]

TODAY, AT = date(2026, 9, 15), moment("2026-09-15 10:00")
PDF = b"%PDF-1.4 evidence"


@pytest.fixture
def campus(make_campus, clock):
    return make_campus()


def put(campus, content="一人经办", *, rank=1, level="personal", unit=None, measures=("prevention",), **said):
    """A point with its grade and a measure at each of these stages; returns the measures."""
    personal = {"post": campus.post, "holder": campus.clerk} if level == "personal" else {}
    point = RiskPoint(
        level=level,
        unit=unit or campus.unit,
        category=RiskCategory.objects.first(),
        content=content,
        final_grade=Grade.objects.get(scheme=campus.scheme, rank=rank) if rank else None,
        **personal,
    )
    versions.load_history([point], on=date(2026, 1, 1))
    made = [
        ControlMeasure(point_series=point.series, unit=point.unit, stage=stage, text=f"{content}的{stage}", **said)
        for stage in measures
    ]
    versions.load_history(made, on=date(2026, 1, 1))
    return list(ControlMeasure.objects.filter(point_series=point.series).order_by("pk"))


def actor(user, on=TODAY):
    return Actor(user, on=on)


def record(measure, user, state="done", text="已逐笔复核", **more):
    return controls.note(measure.pk, state=state, text=text, actor=actor(user), at=more.pop("at", AT), **more)


def standing(measure, on=TODAY):
    measure.refresh_from_db()
    return controls.status_of(measure, on=on).code


def listed(campus, who, query=""):
    """The texts of the measures on somebody's list, in their order."""
    page = Plain(getattr(campus, who)).go(reverse("measure_list") + query).page
    return [cell.text_content().strip() for cell in page.xpath(".//td[@data-label='防控措施']")]


# --- Who records -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["clerk", "head", "liaison", "deputy"])
def test_whoever_answers_for_a_measure_records_how_it_is_carried_out(campus, who):
    [measure] = put(campus, responsible=together([campus.deputy]))
    found = record(measure, getattr(campus, who))
    assert (found.measure, found.state, found.by, found.at) == (measure, "done", getattr(campus, who), AT)
    entry = AuditEntry.objects.get(act="measure.record")
    assert entry.detail == {"measure": measure.pk, "state": "done", "files": 0}


@pytest.mark.parametrize("who", ["colleague", "member", "other_head", "leader", "office", "registrar", "auditor"])
def test_nobody_else_does(campus, who):
    [measure] = put(campus)
    with pytest.raises(NotAllowed, match="落实情况由措施责任人"):
        record(measure, getattr(campus, who))
    assert not MeasureProgress.objects.exists()


def test_measure_that_was_revised_or_is_not_yet_in_force_takes_no_record(campus):
    [measure] = put(campus)
    ControlMeasure.objects.filter(pk=measure.pk).update(in_force_until=TODAY)  # another takes its place today
    with pytest.raises(NotAllowed, match="已修订或撤销"):
        record(measure, campus.head)
    proposal = ControlMeasure.objects.create(
        point_series=measure.point_series, unit=campus.unit, stage="disposal", text="拟"
    )
    assert "尚未生效" in can(actor(campus.head), "note", MeasureProgress(measure=proposal)).reason


def test_record_that_is_sent_twice_is_kept_once(campus):
    [measure] = put(campus)
    for state, text in (("done", "已复核"), ("done", "已复核"), ("under_way", "又有问题"), ("done", "已复核")):
        record(measure, campus.clerk, state, text)
    assert list(MeasureProgress.objects.order_by("pk").values_list("state", flat=True)) == ["done", "under_way", "done"]


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"state": "perhaps"}, "state"),
        ({"text": " \u200b "}, "text"),
        ({"text": "长" * 2001}, "text"),
        ({"uploads": [SimpleUploadedFile("a.pdf", PDF)] * 6}, "files"),
    ],
)
def test_record_that_says_nothing_is_not_kept(campus, typed, field):
    [measure] = put(campus)
    with pytest.raises(Refused) as refused:
        record(measure, campus.head, **typed)
    assert refused.value.field == field
    assert not MeasureProgress.objects.exists()


# --- Evidence ----------------------------------------------------------------------------------------------


def test_evidence_is_read_by_whoever_reads_the_measure(campus):
    [measure] = put(campus, rank=3)
    found = record(measure, campus.clerk, uploads=[SimpleUploadedFile("复核.pdf", PDF)])
    [file] = found.attachments.all()
    for who, expected in (("clerk", 200), ("head", 200), ("colleague", 404), ("office", 404)):
        answer = Plain(getattr(campus, who)).client.get(reverse("attachment_file", args=[file.pk]))
        assert answer.status_code == expected, who


def test_one_bad_file_keeps_the_whole_record_out(campus):
    [measure] = put(campus)
    files = [SimpleUploadedFile("好.pdf", PDF), SimpleUploadedFile("坏.pdf", b"MZ")]
    with pytest.raises(Refused):
        record(measure, campus.head, uploads=files)
    assert (MeasureProgress.objects.count(), Attachment.objects.count()) == (0, 0)


# --- Where a measure stands --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("due", "records", "on", "expected"),
    [
        (None, [], TODAY, "in_force"),
        (None, ["under_way"], TODAY, "under_way"),
        (None, ["not_done"], TODAY, "not_done"),
        (date(2026, 9, 15), [], TODAY, "in_force"),  # its last day is today
        (date(2026, 9, 14), [], TODAY, "overdue"),
        (date(2026, 9, 14), ["under_way"], TODAY, "overdue"),
        (date(2026, 9, 14), ["done"], TODAY, "done"),
        (date(2026, 9, 14), ["done", "not_done"], TODAY, "overdue"),  # the latest counts
        (None, [], date(2025, 12, 31), "planned"),
    ],
)
def test_standing_follows_from_the_day_and_the_latest_record(campus, due, records, on, expected):
    [measure] = put(campus, due_on=due)
    for hour, state in enumerate(records):
        at = datetime(2026, 9, 14, 9 + hour, tzinfo=ZoneInfo("Asia/Shanghai"))
        record(measure, campus.head, state, at=at)
    assert standing(measure, on) == expected


def test_revised_measure_is_to_be_carried_out_anew(campus):
    [measure] = put(campus)
    record(measure, campus.head)
    after = measure.revised(text="三人经办")
    after.save()
    versions.enter_into_force(after, on=TODAY)
    assert (standing(measure), standing(after)) == ("done", "in_force")
    page = Plain(campus.head).go(reverse("measure_detail", args=[measure.series])).words
    assert "第 2 版" in page
    assert "已逐笔复核" in page


# --- Lists -------------------------------------------------------------------------------------------------


def test_gravest_points_come_first(campus):
    for content, rank in (("乙", 3), ("甲", 1), ("丙", None), ("丁", 2)):
        put(campus, content, rank=rank)
    assert listed(campus, "head") == ["甲的prevention", "丁的prevention", "乙的prevention", "丙的prevention"]


def test_list_is_narrowed_by_standing_stage_and_unit(campus):
    [late] = put(campus, "甲", due_on=date(2026, 9, 1))
    [done] = put(campus, "乙", rank=2, due_on=date(2026, 9, 1))
    put(campus, "丙", rank=3, measures=("monitoring",))
    put(campus, "丁", rank=3, level="unit", unit=campus.other_unit)
    record(done, campus.head)
    assert listed(campus, "head", "?state=overdue") == [late.text]
    assert listed(campus, "head", "?state=done") == [done.text]
    assert listed(campus, "head", "?state=open") == ["丙的monitoring"]
    assert listed(campus, "head", "?stage=monitoring") == ["丙的monitoring"]
    assert listed(campus, "office", "?unit=ZS") == ["丁的prevention"]


def test_page_far_into_a_long_list_goes_on_where_the_one_before_ends(campus, monkeypatch):
    put(campus, "甲", rank=1, measures=[f"阶段{number}" for number in range(60)])
    monkeypatch.setattr(views, "NEAR", 1)
    near, far = listed(campus, "office"), listed(campus, "office", "?page=2")
    assert (len(near), len(far)) == (50, 10)
    assert [*near, *far] == [measure.text for measure in ControlMeasure.objects.order_by(*GRAVEST_FIRST)]


def test_list_holds_what_its_reader_may_read(campus):
    put(campus, "甲", rank=1)
    put(campus, "乙", rank=3)
    assert listed(campus, "head") == ["甲的prevention", "乙的prevention"]
    assert listed(campus, "office") == ["甲的prevention"]  # grade 3 stays in the unit (R1-30)
    assert listed(campus, "clerk") == ["甲的prevention", "乙的prevention"]
    assert listed(campus, "colleague") == []
    assert listed(campus, "other_head") == []


def test_mine_are_those_i_am_named_for_or_answer_for(campus):
    put(campus, "甲", rank=1)
    put(campus, "乙", rank=2, responsible=together([campus.colleague]))
    put(campus, "丙", rank=3, level="unit")
    for who, expected in (
        ("clerk", ["甲的prevention"]),
        ("colleague", ["乙的prevention"]),
        ("head", ["丙的prevention"]),
        ("deputy", []),
    ):
        assert listed(campus, who, "?view=mine") == expected, who


def test_named_colleague_reads_the_measure_and_not_the_point(campus):
    [measure] = put(campus, "某处的秘密", responsible=together([campus.colleague]))
    words = Plain(campus.colleague).go(reverse("measure_detail", args=[measure.series])).words
    assert measure.text in words
    assert "针对的风险点" not in words
    answer = Plain(campus.colleague).client.get(reverse("risk_detail", args=[measure.point_series]))
    assert answer.status_code == 404


def test_point_without_measures_is_counted_by_grade_and_marked(campus):
    put(campus, "没有措施", rank=1, measures=())
    put(campus, "有措施", rank=1)
    put(campus, "也没有", rank=2, measures=())
    head = Plain(campus.head).go(reverse("measure_list"))
    assert "最高等级的风险点尚未制定防控措施" in head.words
    head.go(reverse("measure_list") + "?view=uncovered")
    rows = [cell.text_content().split()[0] for cell in head.page.xpath(".//td[@data-label='风险内容']")]
    assert rows == ["没有措施", "也没有"]
    figures = ["".join(tile.text_content().split()) for tile in head.page.xpath(".//a[contains(@class, 'stat')]")]
    assert figures == ["一级1个", "二级1个", "三级0个"]
    head.go(reverse("measure_list") + "?view=uncovered&grade=grade-2")
    assert [cell.text_content().split()[0] for cell in head.page.xpath(".//td[@data-label='风险内容']")] == ["也没有"]


def test_desk_shows_what_is_due_soon_or_late_until_it_is_done(campus):
    for content, day in (("迟", date(2026, 9, 1)), ("近", date(2026, 9, 29)), ("远", date(2026, 9, 30))):
        put(campus, content, due_on=day)
    clerk = Plain(campus.clerk).go(reverse("desk"))
    assert "我负责的措施" in clerk.words
    assert "迟的prevention" in clerk.words
    assert "近的prevention" in clerk.words
    assert "远的prevention" not in clerk.words
    record(ControlMeasure.objects.get(text="迟的prevention"), campus.clerk)
    assert "迟的prevention" not in clerk.go(reverse("desk")).words


# --- The page ----------------------------------------------------------------------------------------------


def test_page_records_and_shows_it_with_its_evidence(campus):
    [measure] = put(campus)
    address, clerk = reverse("measure_detail", args=[measure.series]), Plain(campus.clerk)
    sent = {"state": "under_way", "text": "完成一半", "files": [SimpleUploadedFile("台账.pdf", PDF)]}
    assert clerk.client.post(address, sent).status_code == 302
    words = clerk.go(address).words
    assert "已记录。" in words
    for text in ("正在落实", "完成一半", "台账.pdf", campus.clerk.name):
        assert text in words


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"state": "done", "text": ""}, "请写明落实的情况"),
        ({"text": "写了很多"}, "请选择落实情况。"),
        ({"state": "done", "text": "写了很多", "files": SimpleUploadedFile("a.exe", b"MZ")}, "没有保存"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_nothing_typed_is_lost(campus, sent, said):
    [measure] = put(campus)
    answer = Plain(campus.clerk).client.post(reverse("measure_detail", args=[measure.series]), sent)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert sent["text"] in answer.content.decode()
    assert not MeasureProgress.objects.exists()


def test_stranger_finds_no_such_measure(campus):
    [measure] = put(campus)
    stranger = make_person("外人", campus.other_unit)
    assert Plain(stranger).client.get(reverse("measure_detail", args=[measure.series])).status_code == 404
    assert Plain(stranger).client.post(reverse("measure_detail", args=[measure.series])).status_code == 404
