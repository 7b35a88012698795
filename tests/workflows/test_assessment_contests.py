"""What a unit says against single lines of its assessment, and whose turn an assessment is."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from registers.access import NotAllowed
from registers.actors import Actor
from registers.refusals import Refused, Stale
from tests.files import package, upload
from tests.stories import played_once
from tests.workflows.test_assessments import Story
from workflows.deadlines import days
from workflows.models import Assessment, AssessmentContest, Notification
from workflows.policies.assessments import TO_DO
from workflows.supervision import assessment_contesting, assessment_deciding, assessment_reminding

pytestmark = [pytest.mark.django_db, pytest.mark.database("sqlite")]


@pytest.fixture
@played_once
def story(campus, clock):
    return Story(campus, clock)


@pytest.fixture
@played_once
def shown(story):
    story.to_figures()
    return story


def test_each_line_is_contested_with_evidence_and_answered_by_itself(shown):
    campus, line = shown.campus, shown.lines()[1]

    def contest(words, uploads=(), by=None, **more):
        said = {"words": words, "uploads": uploads, "seen_version": shown.seen()} | more
        return assessment_contesting.contest(line.pk, **said, **shown.by(by or campus.liaison))

    def settle(found, by=None, **said):
        said = {"outcome": "upheld", "words": "材料属实", "seen_version": shown.seen()} | said
        return assessment_contesting.settle(found.pk, **said, **shown.by(by or campus.office))

    file = upload("名单.xlsx", package("xl/workbook.xml"))
    for person in (campus.office, campus.clerk, campus.member):
        with pytest.raises(NotAllowed):
            contest("应得满分", by=person)
    with pytest.raises(Refused, match="没有说明"):
        contest("", [file])
    found = contest("应得满分", [file])
    assert contest("应得满分", [file], seen_version=shown.seen() - 1) == found  # sent twice
    with pytest.raises(Stale):
        contest("另一句", seen_version=0)
    readers = lambda: {  # noqa: E731
        user.number
        for user in (campus.head, campus.liaison, campus.office, campus.chair, campus.clerk)
        if AssessmentContest.objects.visible_to(Actor(user, on=shown.clock.today)).exists()
    }
    assert readers() == {"head", "liaison"}  # until it is handed in
    with pytest.raises(Refused, match="已对 1 项"):
        shown.answer()
    assert contest("") is None
    with pytest.raises(Refused, match="逐项写明"):
        shown.answer("contest")
    found = contest("应得满分", [upload("名单.xlsx", package("xl/workbook.xml"))])
    shown.answer("contest")
    assert readers() == {"head", "liaison", "office", "chair"}
    with pytest.raises(NotAllowed):
        contest("再说一句")
    with pytest.raises(Refused, match=f"第 {line.position} 项"):
        shown.reply()
    with pytest.raises(NotAllowed):
        settle(found, by=campus.head)
    with pytest.raises(Refused, match="结论"):
        settle(found, outcome="")
    with pytest.raises(Stale):
        settle(found, seen_version=0)
    settle(found)
    shown.reply()
    with pytest.raises(NotAllowed):
        settle(found)
    with pytest.raises(IntegrityError), transaction.atomic():
        AssessmentContest.objects.update(replied_by=campus.liaison)


def test_desk_and_reminders_follow_whose_turn_it_is(story, clock):
    campus = story.campus
    everybody = (campus.liaison, campus.head, campus.office, campus.chair, story.party, campus.leader, campus.clerk)

    def waits():
        return {
            user.number
            for user in everybody
            if Assessment.objects.filter(TO_DO.of(Actor(user, on=clock.today))).exists()
        }

    def reminded(day):
        clock.set(f"{day} 09:00")
        before = set(Notification.objects.values_list("pk", flat=True))
        assessment_reminding.remind(at=clock.now)
        assessment_reminding.remind(at=clock.now)
        new = Notification.objects.exclude(pk__in=before).filter(kind__in=assessment_reminding.KINDS)
        assert new.count() == len(set(new.values_list("recipient", "kind")))
        return {(row.recipient.number, row.kind.partition(".")[2]) for row in new.select_related("recipient")}

    story.close_survey()
    unit = {"liaison", "head"}
    assert waits() == unit
    assert reminded("2026-11-09") == set()
    assert reminded("2026-11-10") == {(one, "due") for one in unit}  # three working days before the 13th
    late = reminded("2026-11-16")
    assert {(one, "overdue") for one in (*unit, "office")} <= late
    story.fill()
    story.sign()
    assert waits() == {"office"}
    due = days.add_working_days(clock.today, story.made.rules.score_days)
    assert reminded(due) == set()
    assert reminded(days.add_days(due, 1)) == {("office", "overdue")}
    story.score()
    assert waits() == {"chair", "party"}  # the leader in charge keeps out of his own unit
    story.lead()
    assert waits() == {"party", "office"}
    late = days.add_days(days.add_working_days(clock.today, story.made.rules.score_days), 1)
    assert reminded(late) == {("party", "overdue")}  # the chair has scored
    story.lead(by=story.party)
    story.show()
    assert waits() == unit
    assert {one for one, kind in reminded(story.again().contest_due_on)} == unit
    story.answer("contest", "第 1 项有材料")
    assert waits() == {"office"}
    story.reply()
    assert waits() == {"chair", "party"}
    story.decide()
    assert waits() == {"party"}
    assessment_deciding.confirm(story.made.pk, seen_version=story.seen(), **story.by(story.party))
    assert waits() == set()


def test_contest_of_a_line_by_the_pages_a_browser_sees(shown, client):
    """The unit says something against a line, hands it in, and is answered."""
    story, campus, pk, line = shown, shown.campus, shown.made.pk, shown.lines()[1].pk

    def go(user, door, *args, data=None):
        client.force_login(user)
        address = reverse(door, args=args)
        return client.get(address) if data is None else client.post(address, data)

    page = go(campus.head, "assessment_detail", pk).content.decode()
    assert "对本项提出异议" in page
    said = {"words": "应得满分", "seen_version": story.seen()}
    bad = {"files": upload("名单.pdf", b"nothing")}
    assert go(campus.liaison, "assessment_contest", line, data=said | bad).status_code == 422
    good = {"files": upload("佐证.xlsx", package("xl/workbook.xml"))}
    assert go(campus.liaison, "assessment_contest", line, data=said | good).status_code == 302
    kept = go(campus.liaison, "assessment_contest", line).content.decode()
    assert "应得满分" in kept
    assert "佐证.xlsx" in kept
    assert "还没有提交" in go(campus.head, "assessment_detail", pk).content.decode()
    assert "考核" in go(campus.head, "desk").content.decode()
    contested = {"stand": "contest", "words": "", "seen_version": story.seen()}
    assert go(campus.head, "assessment_answer", pk, data=contested | {"stand": "accept"}).status_code == 422
    assert go(campus.head, "assessment_answer", pk, data=contested).status_code == 302
    found = AssessmentContest.objects.get()
    assert go(campus.office, "assessment_settle", found.pk).status_code == 200
    settled = {"outcome": "rejected", "words": "与得分无关", "seen_version": story.seen()}
    assert go(campus.office, "assessment_settle", found.pk, data=settled | {"words": ""}).status_code == 422
    assert go(campus.office, "assessment_settle", found.pk, data=settled).status_code == 302
    assert "与得分无关" not in go(campus.head, "assessment_detail", pk).content.decode()
    replied = {"words": "已逐项答复", "seen_version": story.seen()}
    assert go(campus.office, "assessment_reply", pk, data=replied).status_code == 302
    assert "与得分无关" in go(campus.head, "assessment_detail", pk).content.decode()
