"""A submission's page: looking at it, taking it back, beginning again, printing it."""

from functools import cache

from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from registers import audit, clock
from registers.access import Seen, can
from registers.papers import glyphs, pages
from registers.papers.compose import compose
from registers.prepared import Given
from registers.refusals import Refused, Stale
from registers.schemes.adjusting import is_adjustment
from registers.schemes.layout import fields_used
from registers.views.one import one_or_404
from registers.views.papers import download
from registers.views.sent import number
from workflows import attachments
from workflows.campaign import campaigns
from workflows.compiled import logs
from workflows.deadlines import days
from workflows.models import Extension, Finding, Submission
from workflows.models.submissions import State
from workflows.routing import routes, steps
from workflows.sheets import documents
from workflows.views import trail

NEEDED = ("task__campaign__scheme", "task__phase", "unit", "post", "person", "group", "assigned_to", "draft")


def visible(request, pk):
    """The submission, if the reader may see it, with all that its page needs."""
    return one_or_404(_by_key(), request.actor, pk=pk)


def visible_or_none(request, pk):
    """As ``visible``, but None where there is nothing to see."""
    return next(iter(_by_key().by(request.actor, pk=pk)), None)


@cache
def _by_key():
    rows = Submission.objects.filter(pk=Given("pk")).select_related(*NEEDED).with_rules()
    # Whoever reads a submission reads the requests for a longer term (policies.terms).
    return Seen(rows.annotate(has_extensions=Exists(Extension.objects.filter(submission=OuterRef("pk")))))


@require_safe
def submission_detail(request, pk):
    """One submission: its state, its paper, its trail, and what the reader may do."""
    submission = visible(request, pk)
    decisions = trail.trail_of(submission)
    document = documents.document(submission)
    paper = compose(submission.task.paper_rules, document)
    may_fill, votes = can(request.actor, "fill", submission), list(readable_votes(request.actor, submission))
    if submission.state != "filed" and not decisions and may_fill:
        return redirect("submission_fill", pk=pk)
    return render(
        request,
        "workflows/submission_detail.html",
        {
            "submission": submission,
            "item": trail.Item(submission, days.shown(submission.due_now, clock.now())),
            "steps": trail.route_steps(submission, decisions),
            "sheet": pages.to_html(paper, standalone=False),
            "unprintable": glyphs.unprintable(glyphs.places_of(paper)),
            "code": document["code"],
            "may_fill": may_fill,
            "may_extend": may_fill and can(request.actor, "extend", submission),
            "history": trail.history(submission, decisions),
            "days_late": next((row.days_late for row in reversed(decisions) if row.verdict == "submit"), None),
            "may_decide": can(request.actor, "decide", submission),
            "may_withdraw": _may_withdraw(request.actor, submission),
            "may_begin_again": can(request.actor, "begin_again", submission),
            "may_adjust": _may_adjust(request.actor, submission),
            "votes": votes,
            "letters": _letters(submission, decisions, votes),
            "files": attachments.of_submission(submission),
            "report": written_report(submission)
            if "narrative" not in fields_used(submission.task.paper_rules)
            else None,
            "because_of": because_of(request.actor, submission),
            "may_compare": submission.post_id or can(request.actor, "view_ledger", submission.unit),
        },
    )


def _letters(submission, decisions, votes):
    """``(slug, layout)`` of the letters and records there are about the sheet by now."""
    there = {"return_notice": any(act.verdict == "return" for act in decisions), "review_record": bool(votes)}
    papers = logs.papers_about(submission.task.campaign.scheme.rules, "sheet")
    return [(slug, layout) for slug, layout in papers.items() if there.get(layout.compiled)]


def written_report(submission):
    """The text that belongs to the sheet as a whole, as ``(label, text)``, None where nothing was written."""
    label = next((ask.label for ask in submission.task.rules.report if ask.field == "narrative"), "报告内容")
    return (label, submission.narrative) if submission.narrative else None


def because_of(actor, submission):
    """The findings of inspections that led to a change of the register, of those that the reader may read."""
    if not is_adjustment(submission.task.code):
        return []
    rows = Finding.objects.visible_to(actor).filter(changes=submission)
    return list(rows.select_related("inspection__plan"))


def readable_votes(actor, submission):
    """The ballots on record. Whom they concern reads those of a review that goes on when it is concluded."""
    votes = submission.votes.select_related("member")
    step = submission.step_rules
    goes_on = submission.state == State.IN_REVIEW and step is not None and step.kind == "collective_review"
    return votes.exclude(round=submission.round) if goes_on and submission.person_id == actor.user_id else votes


def _may_adjust(actor, submission):
    """Offered on what has changed the register, to whoever may propose to change it again."""
    filed = submission.state == State.FILED and submission.task.brings not in ("group", "report")
    return filed and can(actor, "adjust", submission)


def _may_withdraw(actor, submission):
    """Offered only where the route would let it through."""
    verdict = can(actor, "withdraw", submission)
    if not verdict:
        return verdict
    try:
        steps.step_after(submission.task.route_rules, submission.step, "withdraw", gravest_rank=submission.gravest_rank)
    except Refused:
        return False
    return not submission.votes.filter(round=submission.round).exists()


@require_POST
def submission_again(request, pk):
    """发起调整: the next sheet of a task that stands all year."""
    submission = visible(request, pk)
    again = campaigns.begin_again(submission, actor=request.actor, at=clock.now())
    return redirect("submission_detail", pk=again.pk)


@require_POST
def submission_withdraw(request, pk):
    """撤回 before review."""
    submission = visible(request, pk)
    try:
        routes.withdraw(pk, actor=request.actor, seen_version=number(request.POST.get("seen_version")), at=clock.now())
    except Stale as stale:
        return moved(request, stale.current)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("submission_detail", pk=submission.pk)
    messages.success(request, "已撤回，可以继续修改。")
    return redirect("submission_fill", pk=pk)


@require_safe
def submission_file(request, pk, form):
    """The paper of a submission as a file. Exports are on record."""
    submission = visible(request, pk)
    document = documents.document(submission)
    paper = compose(submission.task.paper_rules, document)
    audit.append("paper.export", about=submission, actor=request.actor, detail={"form": form, "code": document["code"]})
    who = submission.person.name if submission.person_id else submission.unit.name
    return download(
        request, paper, form, f"{submission.task.paper_rules.label}{submission.task.paper_rules.title}（{who}）"
    )


def moved(request, submission, *, typed=()):
    """Say that somebody was faster: who did what, and that nothing was changed.

    ``typed``: the words of the reader, as ``(label, text)``. They come back to him.
    """
    last = submission.decisions.select_related("actor", "on_behalf_of", "meeting").order_by("-seen_version").first()
    return render(
        request, "workflows/submission_moved.html", {"submission": submission, "last": last, "typed": typed}, status=409
    )
