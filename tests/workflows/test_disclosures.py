"""What units make public of their matters: parts, days, what is missing, papers, reminders (R0-22, R1-37, R4-07)."""

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from registers.access import NotAllowed
from registers.models import PowerItem
from registers.refusals import Stale
from registers.schemes.disclosure import Disclosures
from tests import factories
from tests.files import pdf
from tests.stories import played_once
from tests.workflows.test_logs import paper_of, words
from workflows import disclosures
from workflows.compiled import disclosures as papers
from workflows.forms.disclosures import MatterForm, PartForm
from workflows.models import DisclosedPart, Disclosure, Notification

pytestmark = [pytest.mark.django_db, pytest.mark.database("both")]

BLANK = dict.fromkeys(("power_name", "matter", "mode", "asked_by"), "")
BLANK |= dict.fromkeys(("power", "asked_on", "answer_due_on", "answered_on"))
PUBLIC = {"content": "拟定名单", "channel": "website", "place": "通知栏", "document_number": "某字〔2026〕3号"}


def enter(year, title="奖学金评审", *, due="09-30", unit=None, by=None, **values):
    scheme = year.campus.scheme
    day = year.clock.today.replace(month=int(due[:2]), day=int(due[3:]))
    return disclosures.enter(
        scheme=scheme,
        unit=unit or year.campus.unit,
        values=BLANK | {"title": title} | values,
        due=dict.fromkeys((part.code for part in scheme.rules.disclosure.parts), day),
        actor=year.actor(by or year.campus.liaison),
        at=year.clock.now,
    )


def record(year, disclosure, code, *, by=None, seen=None, uploads=(), dropped=(), **values):
    part = disclosure.parts.get(part=code)
    held = {name: getattr(part, name) for name in disclosures.PART_FIELDS}
    if "due_on" not in values:
        held |= {**PUBLIC, "disclosed_on": year.clock.today}
    version = Disclosure.objects.get(pk=disclosure.pk).version if seen is None else seen
    return disclosures.record(
        part.pk,
        values=held | values,
        uploads=uploads,
        dropped=dropped,
        seen_version=version,
        actor=year.actor(by or year.campus.liaison),
        at=year.clock.now,
    )


def states(disclosure, on):
    return [disclosures.state_of(part, on=on)[0] for part in disclosure.parts.all()]


@pytest.fixture
@played_once
def matter(year, powers):
    """A matter of the unit's power, of which the procedure is public and nothing else."""
    power = PowerItem.objects.open().get(unit=year.campus.unit)
    made = enter(year, power=power.series, power_name=power.name)
    record(year, made, "procedure", uploads=[pdf("截图.pdf")])
    return made


def shown(user, name, *args, query=""):
    client = Client()
    client.force_login(user)
    return client.get(reverse(name, args=args) + query).content.decode()


# --- What is public, and what is missing -------------------------------------------------------------------


def test_what_is_missing_is_seen_after_its_day_and_not_before(year, matter):
    assert states(matter, year.clock.today) == ["已公开", "待公开", "待公开", "待公开"]
    rows = Disclosure.objects.all()
    assert not disclosures.late(rows, on=year.clock.today.replace(day=30)).exists()
    year.at("10-08")
    assert states(matter, year.clock.today) == ["已公开", "逾期未公开", "逾期未公开", "逾期未公开"]
    assert disclosures.late(rows, on=year.clock.today).get() == matter
    assert list(disclosures.due_from(year.actor(year.campus.head))) == [matter]
    assert not disclosures.due_from(year.actor(year.campus.other_head)).exists()
    assert "逾期未公开的事项" in shown(year.campus.liaison, "desk")
    for code in ("acceptance", "progress", "completion"):
        record(year, matter, code)
    assert states(matter, year.clock.today) == ["已公开"] * 4
    assert disclosures.late_days(matter.parts.get(part="progress")) == 8
    assert disclosures.complete(rows).get() == matter and not disclosures.unfinished(rows).exists()
    assert "逾期未公开的事项" not in shown(year.campus.liaison, "desk")


def test_power_of_vital_interest_without_a_record_is_listed(year, powers):
    power = PowerItem.objects.open().get(unit=year.campus.unit)
    rows = PowerItem.objects.filter(pk=power.pk)
    assert not disclosures.unrecorded(rows, year=2026).exists()  # it touches nobody's interests
    rows.update(touches_vital_interests=True)
    assert disclosures.unrecorded(rows, year=2026).get() == power
    assert f"power={power.series}" in shown(year.campus.liaison, "disclosure_list")
    made = enter(year, power=power.series, power_name=power.name)
    assert not disclosures.unrecorded(rows, year=2026).exists()
    assert disclosures.unrecorded(rows, year=2027).exists()
    disclosures.void(made.pk, reason="重复", seen_version=0, actor=year.actor(year.campus.head), at=year.clock.now)
    assert disclosures.unrecorded(rows, year=2026).exists()


def test_page_of_the_power_shows_how_far_its_matters_are_public(year, matter):
    page = shown(year.campus.clerk, "power_detail", matter.power)
    assert "奖学金评审" in page and "部门（单位）网站（通知栏）" in page and "待公开" in page
    disclosures.void(matter.pk, reason="重复", seen_version=1, actor=year.actor(year.campus.head), at=year.clock.now)
    assert "奖学金评审" not in shown(year.campus.head, "power_detail", matter.power)


def test_list_is_filtered_by_unit_and_state(year, matter):
    enter(year, "校庆安排", unit=year.campus.root, by=year.campus.office, due="12-01")
    year.at("10-08")

    def found(query):
        page = shown(year.campus.clerk, "disclosure_list", query=query)
        return [title for title in ("奖学金评审", "校庆安排") if title in page]

    assert found("") == ["奖学金评审", "校庆安排"]
    assert found("?state=late") == ["奖学金评审"]
    assert found("?unit=ROOT&state=unfinished") == ["校庆安排"]
    assert found("?state=complete") == found("?mode=nope") == found("?state=void") == []


# --- Who records -------------------------------------------------------------------------------------------


def test_unit_records_its_own_and_the_office_the_school_s(year):
    for unit, by in ((year.campus.unit, "clerk"), (year.campus.unit, "office"), (year.campus.root, "head")):
        with pytest.raises(NotAllowed, match="由本单位联络员或负责人登记"):
            enter(year, unit=unit, by=getattr(year.campus, by))
    assert enter(year, by=year.campus.head).pk
    assert enter(year, unit=year.campus.root, by=year.campus.office).pk


def test_form_sent_twice_makes_one_record_and_a_late_one_changes_nothing(year, matter):
    made = enter(year, "评优")
    assert enter(year, "评优") == made
    assert enter(year, "评优", due="10-30") != made
    with pytest.raises(Stale):
        record(year, matter, "progress", seen=0)
    values = {name: getattr(matter, name) for name in disclosures.FIELDS} | {"title": "另一个名称"}
    said = {"actor": year.actor(year.campus.head), "at": year.clock.now}
    with pytest.raises(Stale):
        disclosures.change(matter.pk, values=values, seen_version=0, **said)
    disclosures.change(matter.pk, values=values, seen_version=1, **said)
    assert Disclosure.objects.get(pk=matter.pk).title == "另一个名称"
    disclosures.void(matter.pk, reason="重复", seen_version=2, **said)
    with pytest.raises(NotAllowed, match="已作废"):
        disclosures.change(matter.pk, values=values, seen_version=3, **said)


def test_file_is_kept_with_its_part_and_taken_away(year, matter):
    part = matter.parts.get(part="procedure")
    [file] = part.attachments.all()
    assert "截图.pdf" in shown(year.campus.clerk, "disclosure_detail", matter.pk)
    record(year, matter, "procedure", dropped=[file.pk])
    assert not part.attachments.exists()


@pytest.mark.database("sqlite", "postgresql")
@pytest.mark.parametrize(
    "wrong",
    [
        {"due_on": None, "disclosed_on": None},
        {"disclosed_on": "2026-09-01", "channel": ""},
        {"disclosed_on": "2026-09-01", "channel": "website", "content": ""},
        {"channel": "website", "content": "某事"},
    ],
    ids=["no day", "no channel", "no content", "no day of publication"],
)
def test_database_keeps_no_half_a_part(year, matter, wrong):
    part = matter.parts.filter(part="completion")
    with transaction.atomic(), pytest.raises(IntegrityError):
        part.update(**wrong)


# --- Forms -------------------------------------------------------------------------------------------------

RULES = Disclosures.model_validate(
    {
        "parts": [{"code": "decision", "label": "决策公开"}],
        "modes": [
            {"code": "timely", "label": "及时公开"},
            {"code": "on_request", "label": "点题公开", "asked": True},
        ],
        "channels": [{"code": "board", "label": "公开栏"}],
        "askers": [{"code": "staff", "label": "教职工"}],
    }
)
SENT = {"unit": "CW", "title": "食堂招标", "mode": "on_request", "asked_by": "staff", "asked_on": "2026-09-01"}
SENT |= {"due-decision": "2026-09-30"}


def matter_form(year, **sent):
    options = {"rules": RULES, "powers": [], "today": year.clock.today, "units": [("CW", "财务处")]}
    return MatterForm(SENT | sent, **options)


def test_answer_is_due_after_the_working_days_of_the_scheme(year):
    form = matter_form(year)
    assert form.is_valid(), form.errors
    assert str(form.values["answer_due_on"]) == "2026-09-22"  # 15 weekdays
    assert str(form.due["decision"]) == "2026-09-30"


@pytest.mark.parametrize(
    ("sent", "field", "said"),
    [
        ({"asked_by": ""}, "asked_by", "点题公开请填写由谁提出"),
        ({"asked_on": ""}, "asked_on", "点题公开请填写提出日期"),
        ({"asked_on": "2026-09-16"}, "asked_on", "不能晚于今天"),
        ({"answered_on": "2026-08-30"}, "answered_on", "不能早于提出日期"),
        ({"answered_on": "2026-09-16"}, "answered_on", "不能晚于今天"),
        ({"answer_due_on": "2026-08-30"}, "answer_due_on", "不能早于提出日期"),
        ({"answer_due_on": "2028-08-30"}, "answer_due_on", "核对年份"),
        ({"mode": "timely"}, "asked_by", "及时公开不须经人提出"),
        ({"mode": ""}, "mode", "请选择公开方式"),
        ({"title": ""}, "title", "请填写公开事项"),
        ({"due-decision": ""}, "due-decision", "请填写决策公开的计划日期"),
        ({"due-decision": "2029-09-30"}, "due-decision", "核对年份"),
        ({"power": "7"}, "power", "请重新选择"),
    ],
)
def test_matter_that_does_not_fit_is_refused_with_the_field_and_the_remedy(year, sent, field, said):
    form = matter_form(year, **sent)
    assert not form.is_valid()
    assert said in " ".join(form.errors[field])


def part_form(year, **sent):
    return PartForm(sent, rules=RULES, today=year.clock.today)


@pytest.mark.parametrize(
    ("sent", "field", "said"),
    [
        ({}, "due_on", "请填写计划公开日期"),
        ({"disclosed_on": "2026-09-10", "content": "名单"}, "channel", "请填写公开渠道"),
        ({"disclosed_on": "2026-09-10", "channel": "board"}, "content", "请填写公开的内容"),
        ({"disclosed_on": "2026-09-16"}, "disclosed_on", "不能晚于今天"),
        ({"happened_on": "2026-09-16"}, "happened_on", "不能晚于今天"),
        ({"due_on": "2026-09-30", "channel": "board"}, "disclosed_on", "请填写公开日期"),
        ({"due_on": "2028-09-30"}, "due_on", "核对年份"),
        (
            {"disclosed_on": "2026-09-01", "happened_on": "2026-09-10", "channel": "board", "content": "名单"},
            "disclosed_on",
            "不能早于办理日期",
        ),
    ],
)
def test_part_that_does_not_fit_is_refused_with_the_field_and_the_remedy(year, sent, field, said):
    form = part_form(year, **sent)
    assert not form.is_valid()
    assert said in " ".join(form.errors[field])


def test_part_is_due_after_the_working_days_of_the_scheme(year):
    form = part_form(year, happened_on="2026-09-10")
    assert form.is_valid(), form.errors
    assert str(form.values["due_on"]) == "2026-10-08"  # 20 weekdays: no holidays are on record here


# --- Somebody has asked ------------------------------------------------------------------------------------


def test_question_without_an_answer_is_late_and_the_ledger_names_a_kind_and_no_person(year):
    asked = {"mode": "on_request", "asked_by": "students", "asked_on": year.clock.today}
    year.campus.scheme = factories.make_scheme("imut-2011")
    made = enter(year, due="12-01", answer_due_on=year.clock.today.replace(day=30), **asked)
    year.at("10-08")
    assert disclosures.late(Disclosure.objects.all(), on=year.clock.today).get() == made
    [row, *_] = papers.disclosure_list(
        unit=year.campus.unit, units=[year.campus.unit], on=year.clock.today, rules=year.campus.scheme.rules
    )["rows"]
    assert row["mode"] == "点题公开：学生于2026-09-15提出，应于2026-09-30前答复"
    values = {name: getattr(made, name) for name in disclosures.FIELDS} | {"answered_on": year.clock.today}
    disclosures.change(made.pk, values=values, seen_version=0, actor=year.actor(year.campus.liaison), at=year.clock.now)
    assert not disclosures.late(Disclosure.objects.all(), on=year.clock.today).exists()


# --- Papers and reminders ----------------------------------------------------------------------------------


def test_ledger_holds_every_part_as_it_was_on_the_day(year, matter):
    text = words(paper_of(year, "disclosure-list"))
    assert "奖学金评审" in text and "某字〔2026〕3号" in text and "部门（单位）网站（通知栏）" in text
    day = year.clock.today
    year.at("10-08")
    record(year, matter, "completion")
    said = {"unit": year.campus.unit, "units": [year.campus.unit], "rules": year.campus.scheme.rules}
    rows = papers.disclosure_list(on=year.clock.today, **said)["rows"]
    assert [row["state"] for row in rows] == ["已公开", "逾期未公开", "逾期未公开", "逾期8天公开"]
    then = papers.disclosure_list(on=day, **said)["rows"]
    assert [(row["state"], row["where"]) for row in then][-1] == ("待公开", "")
    assert papers.disclosure_list(on=day.replace(year=2027), **said)["rows"] == []


def test_annual_summary_counts_what_is_public(year, matter):
    year.at("10-08")
    enter(year, "另一件", due="12-01")
    found = papers.figures(units=[year.campus.unit], on=year.clock.today, rules=year.campus.scheme.rules)
    assert found == [("切身利益事项公开事项（件）", 2), ("其中：已全部公开", 0), ("其中：逾期未公开", 1)]


def test_reminder_is_written_once_for_each_day_that_was_missed(year, matter):
    gone = enter(year, "作废的")
    disclosures.void(gone.pk, reason="重复", seen_version=0, actor=year.actor(year.campus.head), at=year.clock.now)
    sent = Notification.objects.filter(kind="disclosure.late")
    for day in ("09-30", "10-08", "10-09"):
        disclosures.remind(at=year.at(day))
        assert sent.count() == (0 if day == "09-30" else 6), day  # three parts, liaison and head
    assert list(disclosures.late(Disclosure.objects.all(), on=year.clock.today)) == [matter]
    assert {row.recipient.number for row in sent.select_related("recipient")} == {"liaison", "head"}
    assert "办理过程已过计划公开日期（9月30日）" in sent.filter(text__contains="过程").first().text
    later = year.clock.today.replace(day=12)
    record(year, matter, "progress", due_on=later)
    disclosures.remind(at=year.at("10-13"))
    assert sent.count() == 8  # the new day was missed too


# --- Schemes -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("slug", ["jiangsu-dynamic", "tongliao5-2022", "nwnu-2012", "imut-2011", "changchun-2016"])
def test_scheme_keeps_the_records_that_its_source_names(year, slug):
    year.campus.scheme = scheme = factories.make_scheme(slug)
    rules = scheme.rules.disclosure
    labels = {
        "jiangsu-dynamic": ["决策公开", "执行公开", "结果公开"],
        "changchun-2016": ["办理程序", "受理", "办理过程", "办结"],
        "imut-2011": ["决策公开", "执行公开", "结果公开"],
    }
    assert [part.label for part in rules.parts] == labels.get(slug, [])
    if slug == "imut-2011":
        assert [mode.label for mode in rules.modes] == ["定期公开", "及时公开", "点题公开"]
        assert len(rules.matters) == 9
    assert rules.kept == bool(papers.figures(units=[year.campus.unit], on=year.clock.today, rules=scheme.rules))
    if rules.kept:
        made = enter(year)
        assert DisclosedPart.objects.filter(disclosure=made).count() == len(rules.parts)
