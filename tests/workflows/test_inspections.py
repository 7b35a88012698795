"""An inspection from its arrangement to the signatures: team, notice, checklist, opinion, answer, conclusion."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from registers.access import NotAllowed, can
from registers.actors import Actor
from registers.models import AuditEntry, ControlMeasure, Grade, RiskCategory, RiskPoint
from registers.refusals import Refused, Stale
from tests.browser.pages import PASSWORD
from tests.factories import appoint, make_person
from tests.stories import played_once
from tests.workflows.test_inspection_plans import VALUES
from workflows.models import CheckItem, Draw, Inspection, InspectionSeat, Notification
from workflows.supervision import checklists, draws, inspections, opinions, plans
from workflows.supervision.checklists import Checked

pytestmark = [pytest.mark.django_db, pytest.mark.database("sqlite")]
TERMS = {"starts_on": date(2026, 10, 12), "ends_on": date(2026, 10, 16), "covers": "", "materials": "", "contact": ""}


class Story:
    """The people of one inspection of the unit, and what they do."""

    def __init__(self, campus, clock):
        self.campus, self.clock = campus, clock
        clock.set("2026-10-08 10:00")
        self.team = [make_person(f"检{number}", campus.other_unit, number=f"j{number}") for number in range(3)]
        self.plan = plans.plan_of(2026, **self.by(campus.office))
        values = VALUES | {"kind": "special", "title": "采购专项检查"}
        self.item = plans.add(self.plan, values=values, **self.by(campus.office))

    def actor(self, user):
        return Actor(user, on=self.clock.today)

    def by(self, user):
        return {"actor": self.actor(user), "at": self.clock.now}

    def seen(self):
        return Inspection.objects.get(pk=self.made.pk).version

    def make(self, people=None, unit=None, by=None):
        self.made = inspections.make(
            self.item.pk,
            unit=unit or self.campus.unit,
            people=people or self.team,
            values=TERMS,
            **self.by(by or self.campus.office),
        )
        return self.made

    def begin(self):
        """Everybody in the team declares, and the unit has its notice."""
        self.make()
        for person in self.team:
            inspections.declare(self.made.pk, avoids=False, reason="", **self.by(person))
        inspections.notify(self.made.pk, **self.by(self.campus.office))

    def check(self, line, said, by=None):
        return checklists.check(line.pk, said, seen_version=line.version, **self.by(by or self.team[0]))

    def lines(self, kind=None):
        return list(self.made.checks.filter(kind=kind) if kind else self.made.checks.all())

    def check_all(self, without=()):
        for line in self.lines("item"):
            if line.code in without:
                self.check(line, Checked("none"))
            else:
                self.check(line, Checked("good", "已核", score=Decimal(line.full) / 2))

    def opine(self):
        self.check_all()
        opinions.opine(self.made.pk, words="初步意见", seen_version=self.seen(), **self.by(self.team[0]))


def on_record(campus):
    """A point of the unit with a measure, one without, both of the first grade."""
    grade = Grade.objects.get(scheme=campus.scheme, rank=1)
    category = RiskCategory.objects.get(scheme=campus.scheme, code="process")
    shared = {"unit": campus.unit, "level": "unit", "category": category, "final_grade": grade}
    points = [
        RiskPoint.objects.create(content=f"风险{name}", in_force_from=date(2026, 1, 1), **shared) for name in "甲乙"
    ]
    ControlMeasure.objects.create(
        point_series=points[0].series,
        unit=campus.unit,
        stage="prevention",
        text="双人复核",
        in_force_from=date(2026, 1, 1),
    )
    return points


@pytest.fixture
@played_once
def story(campus, clock):
    on_record(campus)
    return Story(campus, clock)


@pytest.fixture
@played_once
def begun(story):
    story.begin()
    return story


def test_checklist_holds_the_scheme_and_the_units_register(story):
    story.make()
    rules = story.plan.rules
    assert [line.label for line in story.lines("item")] == [item.label for item in rules.checklist]
    assert sum(line.full for line in story.lines("item")) == 100
    assert [line.label for line in story.lines("measure")] == ["双人复核"]
    assert "风险甲" in story.lines("measure")[0].how
    assert [line.label for line in story.lines("point")] == ["风险乙（一级）"]
    assert story.made.left_out == 0
    assert story.make() == story.made  # sent twice
    assert Inspection.objects.count() == 1


def test_nobody_inspects_his_own_unit(story):
    campus = story.campus
    for own in (campus.colleague, campus.head, campus.liaison, campus.leader):
        with pytest.raises(Refused, match="应当回避"):
            story.make(people=[*story.team[:2], own])
    insider = make_person("戊二", campus.unit, number="insider")
    appoint(insider, campus.root, "office")
    with pytest.raises(NotAllowed, match="回避"):
        story.make(by=insider)
    with pytest.raises(Refused, match="至少 3 人"):
        story.make(people=story.team[:2])
    assert not Inspection.objects.exists()


def test_unit_knows_nothing_before_its_notice_nor_of_results_before_the_opinion(story):
    campus = story.campus
    story.make()
    hosts = (campus.head, campus.liaison, campus.leader)
    insider = make_person("戊二", campus.unit, number="insider")
    appoint(insider, campus.root, "office")
    reads = lambda user: Inspection.objects.visible_to(story.actor(user)).exists()  # noqa: E731
    assert [reads(user) for user in (*hosts, insider, campus.clerk, campus.other_head)] == [False] * 6
    assert all(reads(user) for user in (*story.team, campus.office, campus.chair))
    with pytest.raises(NotAllowed):
        inspections.notify(story.made.pk, **story.by(campus.head))
    inspections.notify(story.made.pk, **story.by(campus.office))
    assert [reads(user) for user in (*hosts, campus.clerk, campus.other_head)] == [True] * 3 + [False] * 2
    sent = Notification.objects.filter(kind="inspection.notify")
    assert {row.recipient for row in sent} == {*hosts, campus.member, campus.deputy} & {row.recipient for row in sent}
    assert {campus.head, campus.liaison} <= {row.recipient for row in sent}
    made = Inspection.objects.get()
    assert not can(story.actor(campus.head), "read_results", made)
    assert can(story.actor(story.team[0]), "read_results", made)


def test_who_avoids_leaves_and_is_replaced(story):
    story.make()
    with pytest.raises(Refused, match="须回避的关系"):
        inspections.declare(story.made.pk, avoids=True, reason="", **story.by(story.team[0]))
    inspections.declare(story.made.pk, avoids=True, reason="配偶在该处任职", **story.by(story.team[0]))
    assert not Inspection.objects.visible_to(story.actor(story.team[0])).exists()
    with pytest.raises(Refused, match="先补齐"):
        inspections.notify(story.made.pk, **story.by(story.campus.office))
    other = make_person("检九", story.campus.other_unit, number="j9")
    taken = inspections.seat(story.made.pk, other, reason="", **story.by(story.campus.office))
    assert taken.leads  # the one who left led the team
    inspections.notify(story.made.pk, **story.by(story.campus.office))
    for person in (*story.team[1:], other):
        inspections.declare(story.made.pk, avoids=False, reason="", **story.by(person))
    assert InspectionSeat.objects.filter(left_at=None, declared="clear").count() == 3
    entry = AuditEntry.objects.filter(act="inspection.declare").first()
    assert "配偶" not in str(entry.detail)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        (Checked("perhaps"), "result"),
        (Checked("bad"), "words"),
        (Checked("good", score=Decimal(31)), "score"),
        (Checked("none", score=Decimal(1)), "score"),
        (Checked("good", sampled=3), "sampled"),
        (Checked("good", sampled=3, sampled_of=2, wrong=0), "sampled"),
        (Checked("good", sampled=3, sampled_of=9, wrong=4), "sampled"),
        (Checked("good", "字" * 2001), "words"),
    ],
)
def test_contradiction_in_a_line_is_refused(begun, said, field):
    line = next(line for line in begun.lines("item") if line.code == "measures")
    with pytest.raises(Refused) as refused:
        begun.check(line, said)
    assert refused.value.field == field
    line.refresh_from_db()
    assert (line.result, line.version) == ("", 0)


def test_line_saved_by_a_colleague_meanwhile_is_not_overwritten(begun):
    line = begun.lines("item")[0]
    begun.check(line, Checked("good", "甲写的"))
    with pytest.raises(Stale):
        begun.check(line, Checked("part", "乙写的"), by=begun.team[1])
    begun.check(line, Checked("good", "甲写的"))  # sent twice, as after a broken line
    line.refresh_from_db()
    assert (line.words, line.version) == ("甲写的", 1)


def test_score_leaves_out_what_does_not_apply(begun):
    begun.check_all(without=("openness",))
    assert checklists.score_of(begun.lines()) == Decimal("50.00")
    lines = begun.lines("item")
    begun.check(lines[0], Checked("good", "已核", score=Decimal(lines[0].full)))
    full = sum(line.full for line in begun.lines("item") if line.result != "none")
    expected = round((Decimal(full) / 2 + Decimal(lines[0].full) / 2) * 100 / full, 2)
    assert checklists.score_of(begun.lines()) == expected


def test_unit_answers_before_the_conclusion_and_both_sign(begun):
    campus, leader = begun.campus, begun.team[0]
    with pytest.raises(Refused, match="没有打分"):
        opinions.opine(begun.made.pk, words="早了", seen_version=begun.seen(), **begun.by(leader))
    with pytest.raises(NotAllowed, match="组长"):
        opinions.opine(begun.made.pk, words="越权", seen_version=begun.seen(), **begun.by(begun.team[1]))
    begun.opine()
    with pytest.raises(NotAllowed, match="还没有答复"):
        opinions.conclude(begun.made.pk, words="结论", seen_version=begun.seen(), **begun.by(leader))
    with pytest.raises(NotAllowed):
        answer = {"stand": "accept", "words": "", "seen_version": begun.seen()}
        opinions.answer(begun.made.pk, **answer, **begun.by(campus.liaison))
    with pytest.raises(Refused, match="事实和理由"):
        opinions.answer(begun.made.pk, stand="plead", words="", seen_version=begun.seen(), **begun.by(campus.head))
    opinions.answer(begun.made.pk, stand="plead", words="样本有误", seen_version=begun.seen(), **begun.by(campus.head))
    made = opinions.conclude(begun.made.pk, words="结论", seen_version=begun.seen(), **begun.by(leader))
    assert made.score == Decimal("50.00")
    digest = opinions.digest_to_sign(made)
    with pytest.raises(Stale):
        opinions.sign(made.pk, seen_digest="0" * 64, **begun.by(leader))
    for user in (*begun.team, campus.head):
        opinions.sign(made.pk, seen_digest=digest, **begun.by(user))
    assert [row.part for row in made.signatures.all()] == ["team", "team", "team", "unit"]
    with pytest.raises(NotAllowed, match="已经签字"):
        opinions.refuse(made.pk, words="拒签", witness="工会", **begun.by(leader))
    with pytest.raises(NotAllowed):
        begun.check(begun.lines("item")[0], Checked("bad", "改写"))
    assert {"样本有误", "结论"}.isdisjoint(str(list(AuditEntry.objects.values_list("detail", flat=True))))


def test_silent_unit_does_not_hold_the_conclusion_up(begun, clock):
    begun.opine()
    due = Inspection.objects.get().answer_due_on
    clock.set(f"{due} 23:00")
    with pytest.raises(NotAllowed):
        opinions.conclude(begun.made.pk, words="结论", seen_version=begun.seen(), **begun.by(begun.team[0]))
    clock.set(f"{due.replace(day=due.day + 1)} 09:00")
    opinions.conclude(begun.made.pk, words="结论", seen_version=begun.seen(), **begun.by(begun.team[0]))
    refusal = opinions.refuse(begun.made.pk, words="负责人拒签", witness="校工会代表", **begun.by(begun.team[0]))
    assert refusal.part == "refused"


def test_draw_becomes_inspections_and_opens_once_all_have_their_notice(story):
    office = story.campus.office
    item = plans.add(story.plan, values=VALUES, **story.by(office))
    people = [*story.team, *(make_person(f"补{number}", story.campus.root, number=f"k{number}") for number in range(4))]
    pool = {"excluded_units": {}, "excluded_people": {}, "number": 2, "seed_source": "福彩3D", "reason": ""}
    draw = draws.prepare(item.pk, people=people, **pool, **story.by(office))
    draw = draws.make(draw.pk, seed="7", witness="工会", **story.by(office))
    own = {story.campus.office_unit.code}  # left to a colleague who does not work there
    made = inspections.make_drawn(draw.pk, **story.by(office))
    assert {one.unit.code for one in made} == set(draw.result["targets"]) - own
    for one in made:
        team = [seat.user.number for seat in one.seats.order_by("pk")]
        assert team == draw.result["teams"][one.unit.code][:3]
        assert Draw.objects.get(pk=draw.pk).released_at is None
        inspections.notify(one.pk, **story.by(office))
    assert inspections.make_drawn(draw.pk, **story.by(office)) == []
    released = Draw.objects.get(pk=draw.pk).released_at is not None
    assert released == (own.isdisjoint(draw.result["targets"]))


def test_checklist_is_filled_in_without_script(begun, client):
    client.force_login(begun.team[1])
    page = reverse("inspection_check", args=[begun.made.pk])
    line = next(line for line in begun.lines("item") if line.code == "measures")
    url = reverse("inspection_check_save", args=[line.pk])
    typed = {"seen_version": "0", "result": "part", "words": "抽查 20 份，3 份无比价", "score": "99"}
    answer = client.post(url, typed)
    assert answer.status_code == 422
    assert "得分应在 0 到 30 之间" in answer.content.decode()
    assert "3 份无比价" in answer.content.decode()
    counts = {"sampled_of": "120", "sampled": "20", "wrong": "3"}
    answer = client.post(url, typed | counts | {"score": "20.5"})
    assert answer.url == f"{page}#check-{line.pk}"
    line.refresh_from_db()
    assert (line.score, line.sampled, line.sampled_of, line.wrong) == (Decimal("20.5"), 20, 120, 3)
    script = {"HTTP_X_REQUESTED_WITH": "fetch"}
    stale = client.post(url, typed | {"words": "另写", "score": "1"}, **script)
    assert stale.status_code == 409
    assert "3 份无比价" in stale.json()["theirs"]
    assert stale.json()["version"] == 1
    client.force_login(begun.campus.head)
    assert client.get(page).status_code == 403
    own = reverse("inspection_own_save", args=[line.pk])
    said = {"seen_version": "0", "own_result": "good", "own_words": "已自查"}
    assert client.post(own, said, **script).json()["version"] == 1  # what the team has saved is in nobody's way
    stale = client.post(own, said | {"own_words": "另一窗口"}, **script)
    assert (stale.status_code, stale.json()["version"]) == (409, 1)
    assert begun.lines("item")[begun.lines("item").index(line)].version == 1
    assert "3 份无比价" not in client.get(reverse("inspection_detail", args=[begun.made.pk])).content.decode()


def test_pages_lead_from_the_opinion_to_the_signature(begun, client):
    made, campus = begun.made, begun.campus
    begun.check_all()
    client.force_login(begun.team[2])  # of no role: the message that called him leads to the inspection
    called = Notification.objects.get(kind="inspection.seat", recipient=begun.team[2])
    answer = client.get(client.post(reverse("inbox_read"), {"message": called.pk}).url)
    assert reverse("inspection_detail", args=[made.pk]) in answer.content.decode()

    def post(user, page, **typed):
        client.force_login(user)
        return client.post(reverse(page, args=[made.pk]), {"seen_version": begun.seen(), **typed})

    assert post(begun.team[0], "inspection_opinion", words="").status_code == 422
    assert post(begun.team[0], "inspection_opinion", words="总体较好").status_code == 302
    assert post(campus.head, "inspection_answer", stand="plead").status_code == 422
    assert post(campus.head, "inspection_answer", stand="accept").status_code == 302
    assert post(begun.team[0], "inspection_conclude", words="总体较好").status_code == 302
    digest = opinions.digest_to_sign(Inspection.objects.get())
    wrong = post(campus.head, "inspection_sign", password="wrong", seen_digest=digest)
    assert wrong.status_code == 422
    assert AuditEntry.objects.filter(act="inspection.not_signed").count() == 1
    campus.head.set_password(PASSWORD)
    campus.head.save()
    assert post(campus.head, "inspection_sign", password=PASSWORD, seen_digest=digest).status_code == 302
    assert made.signatures.get().part == "unit"
    assert timezone.localdate(made.signatures.get().at) == begun.clock.today
    assert CheckItem.objects.visible_to(begun.actor(campus.chair)).filter(point_series=None).exists()
    assert not CheckItem.objects.visible_to(begun.actor(campus.chair)).exclude(point_series=None).exists()
