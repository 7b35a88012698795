"""Two sheets under way about one record: neither undoes the other in silence (T1), whatever each of them asks."""

import pytest
from django.urls import reverse

from registers.models import ControlMeasure, Incumbency, RiskPoint
from tests.factories import make_person
from tests.longer import longer
from tests.noscript import Plain, has
from tests.personas import GRADED, Year, point, read_again, unit_point
from tests.stories import played_once
from workflows.campaign import adjustments, rosters
from workflows.deadlines import days
from workflows.demo.publishing import publish_waiting
from workflows.models import Submission
from workflows.models.submissions import State
from workflows.routing import routes
from workflows.sheets import Incomplete, sheet_for

pytestmark = [pytest.mark.django_db, pytest.mark.database("sqlite")]

KINDS = ["keep", "revise", "retire", "measure", "regrade"]
TAKEN = "adjust"  # a change proposed outside the campaign
TASKS = {"keep": "search", "revise": "search", "retire": "search", "measure": "control", "regrade": "grading"}
MEASURE = {"prevention": "三人经办", "monitoring": "每周抽查", "disposal": "通报批评"}


@pytest.fixture
@played_once
def personal_year(year):
    """Two points of the clerk's post, graded and with measures; the campaign of 2027."""
    year.searched(point("甲"), point("乙"))
    year.graded("grade-2", "grade-3")
    year.controlled()
    return Year(year.campus, year.clock, number=2027)


@pytest.fixture
@played_once
def unit_year(year):
    """The same of a point of the unit."""
    year.searched(unit_point("甲"), unit_point("乙"), code="unit-search")
    year.graded("grade-2", "grade-3", code="unit-grading")
    year.controlled(code="unit-control")
    return Year(year.campus, year.clock, number=2027)


def sheet_of(year, level, kind, sequence):
    """An open sheet of the kind: the campaign's own, or one more for the same subject (发起调整)."""
    if kind == TAKEN:
        post = year.campus.post if level == "personal" else None
        proposer = year.actor(year.campus.clerk if post else year.campus.liaison)
        return read_again(adjustments.begin(level, unit=year.campus.unit, post=post, actor=proposer, at=year.clock.now))
    task = year.campaign.tasks.get(code=f"{level}-{TASKS[kind]}")
    subject = {"unit": year.campus.unit, "person": None}
    if level == "personal":
        subject = {"unit": year.campus.unit, "person": year.campus.clerk, "post": year.campus.post}
    step = task.route_rules.steps[0].code
    sheet, _ = Submission.objects.update_or_create(
        task=task, sequence=sequence, **subject, defaults={"state": State.OPEN, "step": step, "due_on": None}
    )
    return read_again(sheet)


def content_of(sheet, kind):
    """What the sheet asks of 甲; 乙 stays as it is, as far as the sheet lets it."""
    content = {"entries": sheet_for(sheet).offered(), "values": {}}
    for entry in content["entries"]:
        first = RiskPoint.objects.get(pk=entry["base"]).series == RiskPoint.objects.get(content="甲", base=None).series
        if kind == TAKEN:
            entry |= {"change": "revise" if first else "", "values": entry["values"] | {"reason": "职责有变化"}}
        elif TASKS[kind] == "search":
            entry["change"] = kind if first else "keep"
        asked = {
            "revise": {"content": f"改{sheet.sequence}"},
            "retire": {"reason": "不再办理"},
            "measure": MEASURE,
            "regrade": GRADED["grade-1"],
            TAKEN: {"content": f"调整{sheet.round}"},
        }
        if first:
            entry["values"] |= asked.get(kind, {})
    if kind == TAKEN:  # names what it changes only; where another sheet has retired that, it changes the other
        chosen = [entry for entry in content["entries"] if entry["change"]]
        others = [{**entry, "change": "retire"} for entry in content["entries"]]
        content["entries"] = chosen or others
    return content


def hand_in(year, sheet, kind):
    return submit(year, sheet, content_of(sheet, kind))


def submit(year, sheet, content):
    actor = year.actor(sheet.person or year.campus.liaison)
    routes.submit(sheet.pk, actor=actor, seen_version=sheet.version, content=content, at=year.clock.now)
    return read_again(sheet)


def finish(year, sheet):
    """Take a sheet to its end, or to where it goes back to its filler; whatever happens, nobody sees an error."""
    for _ in range(8):
        sheet = read_again(sheet)
        if sheet.state != State.IN_REVIEW:
            return sheet
        step = sheet.step_rules
        if step.kind == "publicise":
            publish_waiting(on=year.clock.today, at=year.clock.now)
            year.clock.set(f"{days.add_days(sheet.notices.get(bundled__left_at=None).ends_on, 1)} 09:00")
            year.sweep()
            continue
        if step.body:
            year.meet(read_again(sheet))
            continue
        campus = year.campus
        if step.kind == "collective_review":
            for voter in (campus.member, campus.head):
                year.vote(read_again(sheet), voter)
        decider = {
            "group_member": campus.head,
            "unit_head": campus.head,
            "office": campus.office,
            "school_group": campus.chair,
        }[sheet.waiting_role]
        grades = None
        if step.kind == "adjudicate":
            grades = year.as_noticed(sheet) if step.sets == "final_grade" else year.as_proposed(sheet)
        routes.decide(
            sheet.pk,
            "agree",
            actor=year.actor(decider),
            seen_version=sheet.version,
            at=year.clock.now,
            grades=grades,
            signed=True,
        )
    raise AssertionError(f"{sheet} stands at {sheet.step}")


def clash(first, second):
    """Does the first kind of change, in force, leave the second without its base?"""
    if first == "keep":
        return False
    if second == TAKEN:
        return True  # it starts from the point and all of its measures
    if "measure" in (first, second):
        return (first, second) in (("measure", "measure"), ("retire", "measure"))
    return True


def register(level):
    points = RiskPoint.objects.open().filter(level=level)
    measures = ControlMeasure.objects.open().filter(
        point_series__in=RiskPoint.objects.filter(level=level).values("series")
    )
    return (
        [(row.content, row.final_grade.code) for row in points],
        sorted(measures.values_list("text", flat=True)),
    )


PAIRS = [(first, second) for first in KINDS for second in KINDS]
ADJUSTED = [
    (TAKEN, "keep"),
    (TAKEN, "retire"),
    (TAKEN, "measure"),
    ("revise", TAKEN),
    ("retire", TAKEN),
    ("measure", TAKEN),
]
# Of the unit's own sheets, one pair for each way to clash or not; the rest by LONG_TESTS.
UNIT = {("keep", "retire"), ("revise", "keep"), ("retire", "revise"), ("retire", "measure"), ("measure", "measure")}


@pytest.mark.parametrize(
    ("level", "first", "second"),
    [
        *(("personal", *pair) for pair in PAIRS + ADJUSTED),
        *(
            pytest.param("unit", *pair, marks=() if pair in UNIT else longer("as for the sheets of one person"))
            for pair in PAIRS
        ),
    ],
)
def test_second_sheet_takes_effect_only_on_what_it_was_signed_upon(beginnings, request, level, first, second):
    year = request.getfixturevalue(f"{level}_year")
    sheets = [hand_in(year, sheet_of(year, level, kind, 1 + place), kind) for place, kind in enumerate((first, second))]
    assert finish(year, sheets[0]).state == State.FILED
    left = register(level)

    ended = finish(year, sheets[1])

    if not clash(first, second):
        assert ended.state == State.FILED
        return
    assert (ended.state, register(level)) == (State.RETURNED, left)
    decision = ended.decisions.last()
    assert (decision.verdict, decision.actor) == ("return", None)
    assert "项：该项已由“" in decision.opinion
    assert "returned" in [line.verdict for line in ended.lines.all()]
    # The filler finds both texts; what he hands in again stands on what is in force now, or cannot be handed in.
    year.clock.set(f"{ended.due_on} 10:00")
    Plain(ended.person or year.campus.liaison).go(reverse("submission_fill", args=[ended.pk]))
    assert finish(year, hand_in(year, ended, second)).state == State.FILED


def choose(form, *changes):
    for entry, change in zip(form.xpath(f".//article[{has('entry')}]"), changes, strict=True):
        entry.xpath(f".//input[@type='radio'][@value='{change}']")[0].set("checked", "checked")


def test_form_opened_before_another_sheet_was_filed_is_not_taken(personal_year):
    """The page names the versions that it shows; what is typed upon others comes back with the three texts."""
    year = personal_year
    clerk = year.campus.clerk
    mine = sheet_of(year, "personal", "revise", 1)
    window = Plain(clerk).go(reverse("submission_fill", args=[mine.pk]))
    finish(year, hand_in(year, sheet_of(year, "personal", "revise", 2), "revise"))

    form = window.form("@data-sheet")
    choose(form, "revise", "keep")
    next(area for area in form.xpath(".//textarea") if area.name.endswith("-content")).value = "我的改法"
    window.press(form, "submit", "1", reverse("submission_fill", args=[mine.pk]))

    assert read_again(mine).state == State.OPEN
    assert "该项已由另一张表修改或撤销" in " ".join(window.complaints)
    assert ["风险内容", "甲", "改2", "我的改法"] in overtaken_rows(window)
    window.press(window.form("@data-sheet"), "submit", "1", reverse("submission_fill", args=[mine.pk]))
    assert read_again(mine).state == State.IN_REVIEW
    assert finish(year, mine).state == State.FILED
    assert sorted(row.content for row in RiskPoint.objects.open()) == ["乙", "我的改法"]


def test_form_of_measures_names_the_measures_that_it_shows(personal_year):
    year = personal_year
    mine = sheet_of(year, "personal", "measure", 1)
    address = reverse("submission_fill", args=[mine.pk])
    window = Plain(year.campus.clerk).go(address)
    assert finish(year, hand_in(year, sheet_of(year, "personal", "measure", 2), "measure")).state == State.FILED

    form = window.form("@data-sheet")
    for area in form.xpath(".//textarea"):
        if area.name.endswith("-prevention"):
            area.value = "双人复核"
    window.press(form, "submit", "1", address)

    assert read_again(mine).state == State.OPEN
    assert "该项已由“" in window.words
    assert ["前期预防", "两人经办", "三人经办", "双人复核"] in overtaken_rows(window)
    window.press(window.form("@data-sheet"), "submit", "1", address)
    assert finish(year, mine).state == State.FILED
    assert set(ControlMeasure.objects.open().filter(stage="prevention").values_list("text", flat=True)) == {"双人复核"}


def overtaken_rows(window):
    return [
        [" ".join(cell.text_content().split()) for cell in row.xpath("./td")]
        for row in window.page.xpath(".//*[contains(@class, 'overtaken')]//tbody/tr")
    ]


def test_entry_that_another_sheet_retired_has_to_go(personal_year):
    year = personal_year
    mine = sheet_of(year, "personal", "revise", 1)
    address = reverse("submission_fill", args=[mine.pk])
    window = Plain(year.campus.clerk).go(address)
    finish(year, hand_in(year, sheet_of(year, "personal", "retire", 2), "retire"))

    form = window.form("@data-sheet")
    choose(form, "keep", "keep")
    window.press(form, "submit", "1", address)
    assert read_again(mine).state == State.OPEN
    assert "撤销" in " ".join(window.complaints)
    assert "（已撤销）" in window.words
    window.press(window.form("@data-sheet"), "submit", "1", address)
    assert read_again(mine).state == State.OPEN
    window.press(
        window.form("@data-sheet"),
        "remove",
        str(RiskPoint.objects.filter(content="甲").last().series),
        address,
    )
    assert "（已撤销）" not in window.words


def test_reviewers_hear_of_it_before_they_sign(personal_year):
    year = personal_year
    first = hand_in(year, sheet_of(year, "personal", "revise", 1), "revise")
    second = hand_in(year, sheet_of(year, "personal", "regrade", 1), "regrade")
    address = reverse("submission_review", args=[second.pk])
    words = Plain(year.campus.head).go(address).words
    assert f"同时在办：“{first.task.label}”（{first.post}）拟修改同一事项" in words
    assert words.count("同时在办") == 1  # what the other sheet keeps as it is, it leaves alone
    assert finish(year, first).state == State.FILED

    page = Plain(year.campus.head).go(address)
    assert "本表不能按原样生效" in page.words
    form = page.form("@id='review-form'")
    data = dict(form.form_values()) | {"verdict": "agree", "opinion": "我的意见", "password": "password-for-tests"}
    answer = page.client.post(reverse("submission_decide", args=[second.pk]), data)

    assert answer.status_code == 409
    assert "我的意见" in answer.content.decode()
    assert read_again(second).state == State.RETURNED


def test_draft_upon_a_version_that_is_gone_is_not_handed_in(personal_year):
    year = personal_year
    mine = sheet_of(year, "personal", "revise", 1)
    typed = content_of(mine, "revise")
    finish(year, hand_in(year, sheet_of(year, "personal", "revise", 2), "revise"))

    with pytest.raises(Incomplete) as refused:
        submit(year, mine, typed)

    assert "另一张表" in str(refused.value)
    assert not mine.lines.exists()


# --- The holder and his successor -------------------------------------------------------------------------


@pytest.fixture
@played_once
def successor(personal_year):
    """Whoever takes the post over."""
    return make_person("接任", personal_year.campus.unit, number="successor")


def pass_on(year, successor):
    post, today = year.campus.post, year.clock.today
    Incumbency.objects.filter(post=post, user=year.campus.clerk).update(until=today)
    Incumbency.objects.create(post=post, user=successor, since=today)
    rosters.reconcile(year.campaign, at=year.clock.now)
    return read_again(Submission.objects.get(task__campaign=year.campaign, task__code="succession", person=successor))


def confirmed(sheet):
    content = {"entries": sheet_for(sheet).offered(), "values": {}}
    for entry in content["entries"]:
        entry["change"] = "confirm"
    return content


@pytest.mark.parametrize("holder", ["retire", "revise"])
@pytest.mark.parametrize("first", ["holder", "successor"])
def test_holder_and_successor_do_not_undo_each_other(personal_year, successor, holder, first):
    """The four cases of T1: whoever files second gets his sheet back, and the register stays as the first left it."""
    year = personal_year
    own = hand_in(year, sheet_of(year, "personal", holder, 1), holder)
    after = submit(year, other := pass_on(year, successor), confirmed(other))
    order = [own, after] if first == "holder" else [after, own]

    assert finish(year, order[0]).state == State.FILED
    left = [(row.content, row.holder) for row in RiskPoint.objects.open()]
    ended = finish(year, order[1])

    assert (ended.state, ended.decisions.last().actor) == (State.RETURNED, None)
    assert [(row.content, row.holder) for row in RiskPoint.objects.open()] == left
    assert Plain(ended.person).client.get(reverse("submission_detail", args=[ended.pk]), follow=True).status_code == 200
