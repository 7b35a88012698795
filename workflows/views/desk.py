"""The desk and the inbox."""

from collections import namedtuple
from dataclasses import dataclass
from functools import cache

from django.contrib import messages
from django.db.models import Exists, F, OuterRef, Q, Window
from django.db.models.functions import RowNumber
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from registers import clock
from registers.access import Ruled, Seen, can
from registers.actors import GROUP_MEMBER, SCHOOL_ROLES
from registers.models import Scheme
from registers.prepared import Given, Prepared
from registers.views.paging import paged
from registers.views.sent import key
from workflows import controls, policies, readings, responsibilities
from workflows.campaign import campaigns
from workflows.deadlines import days
from workflows.messages import digests
from workflows.models import (
    Assessment,
    Campaign,
    Extension,
    Meeting,
    Notification,
    Objection,
    ReviewVote,
    RiskWarning,
    Submission,
)
from workflows.models.campaigns import RUNNING, tasks_with_rules
from workflows.models.notifications import DIGEST, NEWS
from workflows.models.submissions import EDITABLE, State, subject_of
from workflows.policies import assessments, terms, warnings
from workflows.policies.door import door_beside
from workflows.policies.submissions import AWAITING
from workflows.publicity import drafting, objections, places, publishing
from workflows.supervision import assessment_reminding, waiting
from workflows.views import trail

MEASURES_SHOWN = 10
# What is read of a message, and what its row shows.
MESSAGE = ("pk", "text", "created_at", "read_at", "submission", "kind")
_Read = namedtuple("_Read", MESSAGE)
Shown = namedtuple("Shown", "pk text created_at read_at submission subject may_open has_digest")
TO_DO = (
    "to_fill",
    "to_decide",
    "meetings",
    "warnings",
    "assessments",
    "bundles",
    "drafts",
    "publications",
    "hanging",
    "objections",
    "extensions",
    "readings",
    "beside",
    "disclosures",
    "measures",
)
NEEDED = ("unit", "post", "person")  # their tasks are few, and made once
TEXT_OF_SCHEME = ("scheme__document", "scheme__source")  # long, and it would come once a row
FILLED, MOVING, COMING, OTHERS = 50, 20, 10, 20  # of each so many are shown
# What waits beside sheets: kind → (its page, what there is to do).
BESIDE = {
    waiting.SIGN: ("duty_detail", "核对签字"),
    waiting.REVISE: ("duty_detail", "修改"),
    waiting.DECIDE: ("avoidance_decide", "决定"),
    waiting.AUDIT: ("leaving_audit_add", "登记"),
}
# Where messages about no submission lead, by what they are about: the first part of their act.
LEADS_TO = {
    "campaign": "campaign",
    "notice": "notice_list",
    "clue": "clue_list",
    "publication": "publication_list",
    "reading": "reading_list",
    "disclosure": "disclosure_list",
    "inspection": "inspection_list",
    "rectification": "finding_list",
    "warning": "warning_list",
    "ranking": "ranking_list",
    "assessment": "assessment_list",
    "duty": "duty_list",
    "avoidance": "avoidance_list",
    "leaving_audit": "avoidance_list",
}


@require_safe
def desk(request):
    """My to-dos: submissions to fill in or decide, objections to handle, then what comes next.

    Context: ``to_fill``, ``to_decide`` (lists of items), ``page`` (of to_decide), ``moving`` (mine in review), ``coming`` (mine
    that will open), ``objections``, ``extensions`` (longer terms to decide), ``readings`` (receipts still owed), ``meetings`` to
    which I am called, ``beside``: statements, avoidance and leaving audits that wait for me, ``disclosures`` of my unit that are
    late, ``measures`` of mine that are due, ``bundles`` of sheets for which
    I may draft a notice, ``drafts`` and ``publications`` that I may release, ``warnings`` and ``assessments`` that wait for me,
    ``hanging`` that I have to take down, ``campaign``, ``today``; ``idle`` where nothing waits for me, ``may_prepare``:
    nothing runs, and I may see what that still needs.
    """
    actor, now = request.actor, clock.now()
    page = paged(request, _awaiting().parts(actor, voter=actor.user_id))
    mine = _filled().of(person=actor.user_id, units=policies.fills_for(actor), on=actor.on)
    tasks = tasks_with_rules({row.task_id for row in (*page.rows, *mine)})
    for row in (*page.rows, *mine):
        row.task = tasks[row.task_id]
    campaign = campaigns.current_for(actor)
    context = {
        **_mine(mine, now),
        "page": page,
        "to_decide": [_to_decide(actor, row, now) for row in page.rows],
        "extensions": _queries()["extensions"].by(actor),
        "objections": _objections(actor, now, campaign),
        **_notices(actor),
        "meetings": _meetings(actor),
        "warnings": _warnings(actor, now),
        "assessments": _assessments(actor, now),
        "readings": _readings(actor, now),
        **_beside(actor, now, campaign),
        "measures": _measures(actor, now),
        "campaign": campaign,
        "today": clock.today(),
    }
    context["may_prepare"] = context["campaign"] is None and can(actor, "prepare", Campaign)
    context["idle"] = not any(context[name] for name in TO_DO)
    return render(request, "workflows/desk.html", context)


@cache
def _awaiting():
    """Return the query for the sheets that wait for somebody, and whether he has voted.

    Who is to act may read.
    """
    own_vote = ReviewVote.objects.filter(member=Given("voter"), submission=OuterRef("pk"), round=OuterRef("round"))
    rows = Submission.objects.annotate(has_voted=Exists(own_vote)).select_related(*NEEDED)
    return Ruled(rows.order_by(F("step_due_on").asc(nulls_last=True), "pk"), AWAITING)


def _to_decide(actor, row, now):
    item = trail.Item(row, days.shown(row.step_due_on, now))
    item.voted = item.counts_votes and row.has_voted
    item.leads = row.waiting_role == GROUP_MEMBER and policies.sums_up(actor, row)
    return item


def _mine(rows, now):
    """The submissions this person fills in, ``to_fill`` now, ``moving`` in review and ``coming`` later."""

    def those(*states):
        return [row for row in rows if row.state in states]

    return {
        "to_fill": [trail.Item(row, days.shown(row.due_on, now)) for row in those(*EDITABLE)[:FILLED]],
        "moving": [trail.Item(row, None) for row in those(State.IN_REVIEW)[:MOVING]],
        "coming": [trail.Item(row, days.shown(row.due_on, now)) for row in those(State.WAITING)[:COMING]],
    }


@cache
def _filled():
    """Return the query for what somebody fills in, of each state the first by their day."""
    now = policies.takes_content(Given("on")) & Q(state__in=EDITABLE)
    later = Q(state__in=[State.IN_REVIEW, State.WAITING], task__campaign__state__in=RUNNING)
    rows = Submission.objects.filter(policies.filled_by(Given("person"), Given("units")), now | later)
    by_day = [F("due_on").asc(nulls_last=True), F("pk")]
    placed = Window(RowNumber(), partition_by="state", order_by=by_day)
    rows = rows.annotate(place=placed).filter(place__lte=FILLED)
    return Prepared(rows.select_related(*NEEDED).order_by(*by_day))


def _objections(actor, now, campaign):
    """The objections that this person has to handle, each with its ``due``. Nothing is read for those who handle none."""
    if not actor.has("office"):
        return []
    rows = [row for row in _queries()["objections"].by(actor) if row.author_id != actor.user_id]
    due = objections.due_days(rows, door_beside(campaign)) if rows else {}
    for row in rows:
        row.due = days.shown(due[row.pk], now) if row.category != Objection.Category.SUGGESTION else None
    return rows


def _notices(actor):
    """The notices that this person may draft or release, and what he published that is to be taken down.

    Of each one query says whether there are any.
    """
    bundles, drafts = drafting.to_publish(actor)
    hanging = places.to_take_down(actor)
    for about in hanging:
        about.page = reverse(
            f"{'notice' if about._meta.model_name == 'publicitynotice' else 'publication'}_detail", args=[about.pk]
        )
    return {"bundles": bundles, "drafts": drafts, "publications": publishing.to_release(actor), "hanging": hanging}


def _meetings(actor):
    """The meetings and circulated decisions to which this person is called. Nothing is read for those who sit in no body."""
    if not actor.has(*SCHOOL_ROLES):
        return []
    return _queries()["meetings"].by(actor, member=actor.user_id)


def _warnings(actor, now):
    """The warnings that wait for this person, each with its ``due``."""
    found = _queries()["warnings"].by(actor)
    for row in found:
        row.due = days.shown(row.answer_due_on, now) if row.answered_at is None else None
    return found


def _assessments(actor, now):
    """The assessments that wait for this person, each with ``what`` there is to do and its ``due``.

    Nothing is read for those who have no part in any.
    """
    found = _queries()["assessments"].by(actor)
    for row in found:
        row.what, due = assessment_reminding.waits_for(row, on=actor.on)
        row.due = days.shown(due, now) if due else None
    return found


@cache
def _queries():
    """Return the queries for what waits for a person beside his sheets, by its name on the page."""
    called = Meeting.objects.filter(
        called_at__isnull=False, signed_at=None, cancelled_at=None, seats__user=Given("member")
    )
    asked_for = Extension.objects.select_related("asked_by", "submission__task", "submission__unit")
    warned = RiskWarning.objects.select_related("scheme", "unit", "person").defer(*TEXT_OF_SCHEME)
    assessed = Assessment.objects.select_related("scheme", "unit").defer(*TEXT_OF_SCHEME)
    return {
        "objections": Seen(Objection.objects.filter(handled_at=None).select_related("notice"), most=OTHERS),
        "meetings": Seen(called.defer("minutes").order_by("held_on", "pk"), most=OTHERS),
        "warnings": Seen(warned.order_by("answer_due_on", "pk"), to=warnings.TO_DO, most=OTHERS),
        "assessments": Seen(assessed.order_by("due_on", "pk"), to=assessments.TO_DO, most=OTHERS),
        "extensions": Ruled(asked_for, terms.AWAITING, most=OTHERS),  # who is to decide may read
    }


def _readings(actor, now):
    """The receipts of what is still to be read, each with its ``due``."""
    receipts = _owed().of(person=actor.user_id)
    for receipt in receipts:
        receipt.due = days.shown(receipt.document.due_on, now)
    return receipts


@cache
def _owed():
    return Prepared(readings.owed(Given("person"))[:20])


def _beside(actor, now, campaign):
    """What waits for this person ``beside`` sheets, each with its ``page``, ``action`` and ``due``, and late ``disclosures``."""
    if not actor.grants:
        return {"beside": [], "disclosures": []}
    scheme = campaign.scheme if campaign else Scheme.objects.visible_to(actor).in_use()
    rules = scheme.rules if scheme else None
    found = waiting.for_person(actor, rules)
    return {
        "beside": [_shown_beside(row, rules, now) for row in found if row.kind in BESIDE],
        "disclosures": [row for row in found if row.kind == waiting.DISCLOSE],
    }


def _shown_beside(row, rules, now):
    """One thing that waits beside sheets, in words."""
    page, action = BESIDE[row.kind]
    titles = {
        waiting.AUDIT: f"{row.text}：登记离任审计",
        waiting.DECIDE: f"回避报告：{row.text}",
    }
    notes = {
        waiting.SIGN: "待负责人签字",
        waiting.REVISE: "单位负责人要求修改",
        waiting.DECIDE: f"{row.since:%Y-%m-%d} 报告",
        waiting.AUDIT: f"{row.since:%Y-%m-%d} 离任",
    }
    args = [] if row.kind == waiting.AUDIT else [row.pk]
    return {
        "title": titles.get(row.kind) or f"{row.year}年度{rules.duties.statement.label}",
        "meta": f"{row.unit} · {notes[row.kind]}",
        "url": reverse(page, args=args),
        "action": action,
        "due": days.shown(row.due, now),
    }


def _measures(actor, now):
    """What the person has to carry out soon: (measure, its status, its deadline)."""
    return [
        (measure, controls.status_of(measure, on=actor.on), days.shown(measure.due_on, now))
        for measure in responsibilities.due_soon(actor, limit=MEASURES_SHOWN)
    ]


@require_safe
def inbox(request):
    """My messages, newest first.

    Context: ``page``, of ``Message`` rows. The message of a day's reminders has its lines as ``digest`` (``digests.Digest``).
    """
    page = paged(request, Notification.objects.visible_to(request.actor).exclude(kind=NEWS).values_list(*MESSAGE))
    found = [_Read(*row) for row in page.rows]
    about = {row.submission for row in found if row.submission}
    readable = {pk: names for pk, *names in _about().by(request.actor, about=about)} if about else {}
    dates = {timezone.localdate(row.created_at) for row in found if row.kind == DIGEST}
    lines = digests.of_days(request.actor, dates) if dates else {}
    page.rows = [
        _message(row, readable, lines[timezone.localdate(row.created_at)] if row.kind == DIGEST else None)
        for row in found
    ]
    newest = next((row for row in page.rows if row.digest), None)
    if newest is not None:
        newest.is_newest = page.number == 1
    return render(request, "workflows/inbox.html", {"page": page, "may_watch": can(request.actor, "watch", Campaign)})


@dataclass
class Message:
    """A message in the inbox. ``shown``: plain values. ``has_button``: it leads somewhere or is unread."""

    shown: tuple
    has_button: bool
    digest: digests.Digest | None
    is_newest: bool = False


def _message(row, readable, digest):
    """Return a ``Message``. ``readable``: id → names of unit, person and post of the sheets that its reader may see."""
    may_open = row.submission in readable
    unit, person, post = readable.get(row.submission, (None, None, None))
    subject = subject_of(person=person, post=post, unit=unit) if person is not None else ""
    shown = Shown(row.pk, row.text, row.created_at, row.read_at, row.submission, subject, may_open, digest is not None)
    return Message(shown, may_open or not row.read_at or not row.submission, digest)


@cache
def _about():
    """Return the query for the sheets that messages are about: names of unit, person and post."""
    sheets = Submission.objects.filter(pk__within=Given("about")).order_by()
    return Seen(sheets.values_list("pk", "unit__name", "person__name", "post__name"))


@require_POST
def inbox_read(request):
    """Mark all my messages as read, or only ``message`` and go to what it is about."""
    mine = Notification.objects.visible_to(request.actor)
    if (named := request.POST.get("message")) is not None:
        message = get_object_or_404(mine, pk=key(named))
        mine.filter(pk=message.pk, read_at=None).update(read_at=clock.now())
        page = LEADS_TO.get(message.kind.partition(".")[0])
        if page is not None and message.submission_id is None:
            return redirect(page)
        return redirect("submission_detail", pk=message.submission_id) if message.submission_id else redirect("desk")
    mine.filter(read_at=None).update(read_at=clock.now())
    messages.success(request, "消息已全部标为已读。")
    return redirect("inbox")
