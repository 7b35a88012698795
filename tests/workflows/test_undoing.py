"""Taking back a campaign that was opened by mistake: whole, and only while nobody has handed anything in."""

from datetime import date

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from registers.models import AuditEntry
from registers.refusals import Refused, Stale
from tests.files import PDF
from tests.personas import Year, point
from workflows import attachments, extensions, terms
from workflows.campaign import campaigns, rosters, undoing
from workflows.models import (
    Activity,
    Campaign,
    Meeting,
    Notification,
    Ranking,
    ReadingDocument,
    Suggestion,
)
from workflows.sheets import drafts

pytestmark = pytest.mark.database("both")

# What the undoing itself leaves behind, and what is written for good.
STAYS = {"registers.AuditEntry", "registers.AuditHead", "workflows.Notification"}


def counts():
    """How many rows every table of both apps has, and the link tables between them."""
    models = [model for name in ("registers", "workflows") for model in apps.get_app_config(name).get_models(True)]
    return {model._meta.label: model._base_manager.count() for model in models if model._meta.label not in STAYS}


def undo(year, by=None, seen=None):
    seal = undoing.seal_of(undoing.falls_away(year.campaign)) if seen is None else seen
    return undoing.undo(year.campaign, actor=year.actor(by or year.campus.office), seen=seal, at=year.clock.now)


def begun(year):
    """Everything that people can do in a campaign before somebody hands something in."""
    campus, sheet, now = year.campus, year.sheet("personal-search"), year.clock.now
    drafts.save(sheet, year.points(sheet, point()), actor=year.actor(campus.clerk), seen=0, at=now)
    attachments.take(sheet, [SimpleUploadedFile("依据.pdf", PDF)], actor=year.actor(campus.clerk), at=now)
    extensions.ask(sheet.pk, until=date(2026, 10, 20), reason="出差", actor=year.actor(campus.clerk), at=now)
    terms.move(
        year.campaign.tasks.get(code="powers"),
        due_on=date(2026, 10, 30),
        reason="顺延",
        actor=year.actor(campus.office),
        at=now,
    )
    campus.post.incumbencies.update(until=date(2026, 9, 14))
    rosters.reconcile(year.campaign, at=now)


def test_undone_campaign_leaves_nothing_but_the_chain_and_the_messages(campus, clock):
    before = counts()
    year = Year(campus, clock)
    begun(year)
    assert [label for label, *_ in undoing.falls_away(year.campaign)] == [label for label, *_ in undoing.FALLS]
    # The holder's end, which the story needs, is no part of the campaign.
    campus.post.incumbencies.update(until=None)

    number, name = year.campaign.pk, str(year.campaign)
    sheets = undo(year)

    after = counts()
    assert {label: (before[label], after[label]) for label in after if before[label] != after[label]} == {}
    entry = AuditEntry.objects.filter(act="campaign.undo").get()
    assert (entry.about, entry.actor_id) == (f"workflows.campaign:{number}", campus.office.pk)
    assert entry.detail == {"year": 2026, "scheme": campus.scheme.pk, "sheets": sheets}
    told = Notification.objects.get(recipient=campus.clerk, kind="campaign.undo")
    assert (told.text, told.submission) == (f"{name}已撤销，原来请您填报的表不用再填。", None)
    assert not Notification.objects.filter(kind="submission.opened").exists()
    campus.root.refresh_from_db()
    assert campus.root.scheme_slug == campus.scheme.slug
    assert Year(campus, clock).campaign.pk != number  # the same year can be opened again


def handed_in(year):
    """A sheet that was taken back again has been handed in all the same."""
    sheet = year.sheet("personal-search")
    year.withdraw(year.submit(sheet, year.points(sheet, point())))


def meeting(year):
    Meeting.objects.create(
        campaign=year.campaign, body="group", number="1", held_on=date(2026, 9, 20), chair=year.campus.chair,
        recorder=year.campus.office, made_at=year.clock.now,
    )  # fmt: skip


def activity(year):
    Activity.objects.create(
        campaign=year.campaign, unit=year.campus.unit, kind="meeting", title="动员会", held_on=date(2026, 9, 1),
        recorded_by=year.campus.liaison, recorded_at=year.clock.now,
    )  # fmt: skip


def reading(year):
    ReadingDocument.objects.create(
        campaign=year.campaign, unit=year.campus.root, title="通知", due_on=date(2026, 9, 30),
        published_by=year.campus.office, published_at=year.clock.now,
    )  # fmt: skip


def suggestion(year):
    Suggestion.objects.create(
        campaign=year.campaign, unit=year.campus.unit, author=year.campus.clerk, peer=True, at=year.clock.now
    )


def ranking(year):
    Ranking.objects.create(
        campaign=year.campaign, counted_on=year.clock.today, computed_by=year.campus.office, computed_at=year.clock.now
    )


@pytest.mark.parametrize("happens", [handed_in, meeting, activity, reading, suggestion, ranking])
def test_campaign_with_anything_handed_in_or_recorded_is_not_undone(year, client, happens):
    happens(year)
    [reason] = undoing.kept_by(year.campaign)
    before = counts()

    with pytest.raises(Refused) as refused:
        undo(year)

    assert reason in str(refused.value)
    client.force_login(year.campus.office, backend="registers.sessions.People")
    page = client.get(reverse("campaign_undo", args=[2026])).content.decode()
    assert reason in page
    assert "结束年度活动" in page
    assert f'action="{reverse("campaign_undo", args=[2026])}"' not in page
    assert counts() == before


def test_every_reason_against_it_is_tried():
    assert len(undoing.KEEPS) == 6


def test_nothing_is_undone_that_was_not_shown(year, client):
    client.force_login(year.campus.registrar, backend="registers.sessions.People")
    seal = client.get(reverse("campaign_undo", args=[2026])).context["seal"]
    sheet = year.sheet("personal-search")
    drafts.save(sheet, year.points(sheet, point()), actor=year.actor(year.campus.clerk), seen=0, at=year.clock.now)

    answer = client.post(reverse("campaign_undo", args=[2026]), {"seen": seal}, follow=True)

    assert undoing.CHANGED in answer.content.decode()
    assert "已填写、尚未提交的草稿" in answer.content.decode()
    with pytest.raises(Stale):
        undo(year, seen=seal)
    answer = client.post(reverse("campaign_undo", args=[2026]), {"seen": answer.context["seal"]})
    assert (answer.status_code, answer["Location"]) == (302, reverse("campaign"))
    assert not Campaign.objects.exists()


def test_ended_campaign_is_not_undone(year, client):
    campaigns.close(year.campaign, actor=year.actor(year.campus.office), at=year.clock.now)
    client.force_login(year.campus.office, backend="registers.sessions.People")
    assert client.post(reverse("campaign_undo", args=[2026]), {"seen": ""}).status_code == 403
    assert Campaign.objects.get().state == "closed"
