"""The whole road under every rule book on record, and under one that nobody has ever seen: from a sheet to the ledger."""

import pytest
from django.conf import settings
from django.urls import reverse

from registers import audit
from registers.access import can, people_who_may
from registers.actors import Actor
from registers.models import ControlMeasure, Post, PostGrade, RiskPoint, User
from registers.schemes import versions
from registers.schemes.language import Brings
from tests import meeting_pages
from tests.factories import appoint, make_person, moment
from tests.noscript import Plain, fill_in, has
from tests.personas import read_again
from tests.workflows import declared, signed, sixth
from workflows import policies, sweeping
from workflows.campaign import campaigns
from workflows.deadlines import days
from workflows.demo.publishing import publish_waiting
from workflows.models import CampaignTask, Submission

pytestmark = pytest.mark.database("wide")

SLUGS = sorted(path.stem for path in (settings.BASE_DIR / "fixtures" / "schemes").glob("*.yaml"))
ENTRY = f".//article[{has('entry')}]"
STEPS = 14  # more than any route has


class Play:
    """One unit that lives through a campaign: every task in turn, every step by somebody who may act."""

    def __init__(self, campus, clock):
        self.campus, self.clock = campus, clock
        self.rules = campus.scheme.rules
        # Everybody has been here since the beginning of 2026; some rule books begin in the year before their own.
        year = 2026 - min((task.opens.year_offset for task in self.rules.tasks if task.opens), default=0)
        dates = [task.opens.on(year) for task in self.rules.tasks if task.opens]
        dates += [phase.start.on(year) for phase in self.rules.phases if phase.start]
        self.at(min(dates, default=moment(f"{year}-03-02 09:00").date()))
        self.campaign = campaigns.open_campaign(
            scheme=campus.scheme, institution=campus.root, year=year, at=clock.now, actor=Actor(campus.office)
        )

    def at(self, day, hour=10):
        sweeping.sweep(at=self.clock.set(f"{day} {hour:02d}:00"))

    def live(self):
        """Bring every sheet of the unit, its clerk and the institution to its end; return these sheets."""
        subjects = [self.campus.unit.pk, self.campus.root.pk]
        done = []
        for task in CampaignTask.objects.filter(campaign=self.campaign).order_by("opens_on", "position"):
            if task.opens_on > self.clock.today:
                self.at(task.opens_on)
            for sheet in task.submissions.filter(unit__in=subjects, person__in=[self.campus.clerk]) | (
                task.submissions.filter(unit__in=subjects, person=None)
            ):
                done.append(self.finish(sheet))
        done = [self.sheet(sheet.pk) for sheet in done]
        assert [sheet for sheet in done if sheet.state != "filed"] == []
        return done

    def sheet(self, pk):
        return read_again(Submission(pk=pk))

    def finish(self, sheet):
        sheet = self.sheet(sheet.pk)
        assert sheet.state == "open", f"{sheet.task}: {sheet.state}"
        self.fill(sheet)
        for _ in range(STEPS):
            sheet = self.sheet(sheet.pk)
            if sheet.state != "in_review":
                break
            if sheet.waiting_role == policies.CARRIER:
                return sheet
            if sheet.waiting_role in (policies.UNPUBLISHED, policies.NOTICE):
                publish_waiting(on=self.clock.today, at=self.clock.now)
                self.at(sheet.notices.get().ends_on, 23)
                assert self.sheet(sheet.pk).version == sheet.version, "a notice ended before its last day was over"
                self.at(days.add_days(self.clock.today, 1), 6)
            else:
                self.decide(sheet)
        assert sheet.state == "filed", f"{sheet.task}: {sheet.state} at {sheet.step}"
        return sheet

    def fill(self, sheet):
        filler = Plain(people_who_may("fill", sheet).get())
        address = reverse("submission_fill", args=[sheet.pk])
        filler.go(address)
        if sheet.task.brings == Brings.GROUP:
            self._group(filler, address)
        elif not filler.page.xpath(ENTRY):
            for button in filler.page.xpath(".//button[@name='add']")[:2]:
                filler.press(filler.form("@data-sheet"), "add", button.get("value"), address)
        form = filler.form("@data-sheet")
        fill_in(form, prefer=["keep", self.campus.post.code])
        filler.press(form, "submit", "1", address)
        assert self.sheet(sheet.pk).state == "in_review" or not filler.complaints, filler.complaints

    def _group(self, filler, address):
        rules = self.rules.groups["unit"]
        members = [self.campus.head, self.campus.deputy, self.campus.member]
        for _ in members:
            filler.press(filler.form("@data-sheet"), "add", "", address)
        for place, (entry, user) in enumerate(zip(filler.page.xpath(ENTRY), members, strict=True)):
            control(entry, "input", "-number").value = user.number
            control(entry, "select", "-seat").value = ["leader", "deputy", "member"][place]
            if rules.contact:
                control(entry, "select", "-contact").value = "是" if place == 1 else ""
                control(entry, "input", "-phone").value = "0431-0000000" if place == 1 else "0431-1111111"

    def decide(self, sheet):
        if sheet.waiting_role == policies.MEETING:
            meeting_pages.hold(sheet, organiser=self.campus.office)
            words = [item.result_words for item in sheet.meeting_items.all()]
            assert self.sheet(sheet.pk).version > sheet.version, words
            assert "重新公示" not in str(words)  # a notice that only follows the body's step repeats nothing
            return
        address = reverse("submission_review", args=[sheet.pk])
        people = sorted(people_who_may("decide", sheet), key=lambda user: user.number)
        assert people, f"{sheet.task}: nobody may act at {sheet.step}"
        if sheet.step_rules.kind == "collective_review":
            for user in people:
                voter = Plain(user).go(address)
                form = voter.form("@id='review-form'")
                fill_in(form)
                voter.press(form, address=reverse("submission_vote", args=[sheet.pk]))
            people = [user for user in people if can(Actor(user), "conclude", sheet)]
        decider = Plain(people[0]).go(address)
        form = decider.form("@id='review-form'")
        fill_in(form)
        decider.press(form, "verdict", "agree", reverse("submission_decide", args=[sheet.pk]))
        assert self.sheet(sheet.pk).version > sheet.version, (str(sheet.task), sheet.step, decider.complaints)


def control(entry, tag, ending):
    """Return the control of an entry whose name has this ending."""
    return next(found for found in entry.xpath(f".//{tag}") if found.name.endswith(ending))


@pytest.fixture
def make_play(db, make_campus, clock):
    """Make a play under a scheme, with somebody on every part that any scheme knows."""

    def make(**options):
        campus = make_campus(**options)
        # In scope for everybody: a cadre, a party member, at a key post.
        User.objects.filter(pk=campus.clerk.pk).update(rank="副科", is_party_member=True)
        Post.objects.filter(pk=campus.post.pk).update(is_key_post=True)
        for role, names in (("party_committee", "癸一 癸三 癸四"), ("school_group", "己二 己三")):
            for name in names.split():
                appoint(make_person(name, campus.root), campus.root, role)
        appoint(make_person("癸二", campus.root, number="scribe"), campus.root, "liaison")
        return Play(campus, clock)

    return make


@pytest.mark.parametrize("slug", SLUGS)
def test_every_sheet_reaches_the_ledger(make_play, slug):
    play = make_play(scheme=slug, with_group=False)
    sheets = play.live()

    assert {sheet.task.code for sheet in sheets} == {task.code for task in play.rules.tasks}
    points = RiskPoint.objects.filter(in_force_from__isnull=False, in_force_until=None)
    levels = {task.points or task.level for task in play.rules.tasks if task.brings == Brings.POINTS}
    assert set(points.values_list("level", flat=True)) == levels
    assert not points.filter(final_grade=None).exists()
    measured = {(m.point_series, m.stage) for m in ControlMeasure.objects.filter(in_force_until=None)}
    assert measured == {(point.series, stage.code) for point in points for stage in play.rules.measure_stages}
    assert PostGrade.objects.exists() == any(task.brings == Brings.POST_GRADES for task in play.rules.tasks)
    assert all(sheet.filed_paper.document["title"] == sheet.task.paper_rules.title for sheet in sheets)
    _in_the_ledger(play, points)
    assert signed.faults(sheets) == []
    assert without_notice(sheets) == []
    found = declared.of_sheets(sheets)
    assert found == [], found
    for sheet in (sheet for sheet in sheets if sheet.narrative):  # on the paper or beside it (T8)
        page = Plain(sheet.decisions.first().actor).go(reverse("submission_detail", args=[sheet.pk]))
        assert " ".join(sheet.narrative.split()) in page.words, sheet.task
    assert audit.verify()[1] == []


@pytest.mark.parametrize(
    "sizes",
    [
        {"phases": 4, "routes": 2, "stages": 0, "grades": 3, "rule": "counted"},
        {"phases": 6, "routes": 5, "stages": 2, "grades": 4, "rule": "worst"},
        {"phases": 1, "routes": 4, "stages": 5, "grades": 2, "rule": "both"},
    ],
)
def test_rule_book_that_nobody_has_seen_works_without_code(make_play, sizes):
    play = make_play(scheme=versions.store(*sixth.read(**sizes), at=moment("2026-01-01 09:00"))[0])
    [sheet] = play.live()

    points = list(RiskPoint.objects.filter(in_force_from__isnull=False))
    assert {point.final_grade.label for point in points} == {"丁1"}
    assert ControlMeasure.objects.count() == len(points) * (sizes["stages"] or 1)
    assert sheet.filed_paper.document["title"] == "守正表"
    assert play.campaign.phases.count() == sizes["phases"]
    _in_the_ledger(play, points)


def without_notice(sheets):
    """The sheets whose paper has a place for the notice that stays empty (T8)."""
    return [
        str(sheet.task)
        for sheet in sheets
        for block in sheet.task.paper_rules.footer
        if block.kind == "publicity" and not sheet.filed_paper.document["signoffs"].get(block.step, {}).get("outcome")
    ]


def _in_the_ledger(play, points):
    head = Plain(play.campus.head)
    words = head.go(f"{reverse('ledger')}?unit={play.campus.unit.code}").words
    own = [point for point in points if point.unit_id == play.campus.unit.pk]
    assert own
    for point in own:
        assert point.category.label in words
        assert point.final_grade.label in words
