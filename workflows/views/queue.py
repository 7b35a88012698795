"""The review queue: what waits for me, one act on everything that is ticked, and its results."""

from functools import cache

from django.contrib import messages
from django.db.models import F
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from registers import audit, clock
from registers.access import Seen, policy_of
from registers.prepared import Given
from registers.views.paging import paged
from registers.views.sent import filters_sent, number
from workflows import policies
from workflows.deadlines import days
from workflows.forms.queue import BulkForm
from workflows.models import Submission
from workflows.policies.submissions import AWAITING
from workflows.routing import bulk
from workflows.sheets import previews

SIZES = (50, 100, 200)
RESULT = "bulk"  # key of the session
CHOSEN_BY = {"task": "task__code", "step": "step", "unit": "unit__code"}  # filter → the column that it asks for
WORDS = {bulk.VOTE: "表决同意", bulk.AGREE: "通过", bulk.RETURN: "退回"}
# kind of outcome → (heading, tone of the badge)
KINDS = {
    bulk.SINGLY: ("需逐张办理", "warn"),
    bulk.REFUSED: ("不能办理", "danger"),
    bulk.MOVED: ("已被他人办理", "info"),
    bulk.DONE: ("已办理", "ok"),
}


def _decided_here():
    # What a body decides is not decided here: it goes on an agenda.
    return Submission.objects.exclude(waiting_role=policies.MEETING)


def _awaiting(request):
    return policy_of(Submission).awaiting(_decided_here().visible_to(request.actor), request.actor)


@require_http_methods(["GET", "HEAD", "POST"])
def review_queue(request):
    """What waits for me, each with a box to tick. By POST one act on all that are ticked.

    Context: see ``_page``.
    """
    if request.method != "POST":
        return _page(request, ticked=None)
    ticked = {
        pk: number(request.POST.get(f"seen-{pk}")) for text in request.POST.getlist("sheet") if (pk := number(text)) > 0
    }
    now = clock.now()
    form = BulkForm(
        request.POST, request=request, today=clock.today(), ticked=ticked, signs=_wants_signature(request, ticked)
    )
    if not form.is_valid():
        if form.has_error("password", "wrong"):
            audit.append(
                "submission.bulk_not_signed", actor=request.actor, detail={"sheets": sorted(ticked)[: bulk.MOST]}
            )
        return _page(request, ticked=ticked, form=form, status=422)
    typed = form.cleaned_data
    outcomes = bulk.act(
        typed["act"],
        ticked,
        actor=request.actor,
        at=now,
        opinion=typed["opinion"],
        redo_on=typed["redo_on"],
        signed=bool(typed["password"]),
    )
    request.session[RESULT] = {
        "act": typed["act"],
        "asked": len(ticked),
        "outcomes": [[row.submission_id, row.kind, row.text] for row in outcomes],
        "back": request.GET.urlencode(),
    }
    return redirect("queue_result")


def _wants_signature(request, ticked):
    ticked_rows = _awaiting(request).filter(pk__in=list(ticked)[: bulk.MOST]).with_rules()
    return any(row.step_rules is not None and row.step_rules.kind == "sign" for row in ticked_rows)


def _page(request, *, ticked, form=None, status=200):
    """Render the queue.

    Context: ``page``, ``rows`` (Brief, each with ``due``, ``ticked``, ``reviewed``, ``mine``), ``form``, ``filters``,
    ``tasks``, ``steps``, ``units``, ``sizes``, ``reviews`` (whether there is something to vote on), ``concludes`` (or
    to pass), ``returnable``.
    """
    filters = filters_sent(request.GET, "task", "step", "unit", "tick")
    asked = request.GET.get("size", "")
    size = int(asked) if asked in map(str, SIZES) else SIZES[1]
    choices = _choices().by(request.actor)
    chosen = {name: filters[name] for name in CHOSEN_BY if filters[name]}
    page = paged(request, _listed(tuple(chosen)).parts(request.actor, **chosen), size=size)
    rows = _rows(request, page.rows, ticked, filters)
    steps = [row.step_rules for row in rows if row.step_rules]
    kinds = {step.kind for step in steps}
    return render(
        request,
        "workflows/review_queue.html",
        {
            "page": page,
            "rows": rows,
            "form": form or BulkForm(request=request, today=clock.today(), steps=steps),
            "filters": filters,
            "tasks": sorted({(code, label) for code, label, _, _ in choices}, key=lambda row: row[1]),
            "units": sorted({(code, name) for _, _, code, name in choices}),
            "steps": sorted({(step.code, step.label) for step in steps}),
            "size": size,
            "sizes": SIZES,
            "most": bulk.MOST,
            "reviews": any(row.reviewed for row in rows),
            "signs": "sign" in kinds,
            "concludes": any(not row.reviewed for row in rows)
            or any(policies.sums_up(request.actor, row) for row in rows),
            "returnable": any(step.may_return for step in steps),
        },
        status=status,
    )


@cache
def _choices():
    """Return the query for the tasks and units of what waits for somebody."""
    about = ("task__code", "task__label", "unit__code", "unit__name")
    return Seen(_decided_here().order_by().values_list(*about).distinct(), to=AWAITING)


@cache
def _listed(chosen_by):
    """Return the query for what waits for somebody, by the filters ``chosen_by``, as ``briefs`` takes it."""
    rows = _decided_here().filter(**{CHOSEN_BY[name]: Given(name) for name in chosen_by})
    return Seen(previews.columns(rows.order_by(F("step_due_on").asc(nulls_last=True), "pk")), to=AWAITING)


def _rows(request, found, ticked, filters):
    by_pk, now = previews.briefs(found, actor=request.actor), clock.now()
    for brief in by_pk.values():
        brief.due = days.shown(brief.step_due_on, now)
        brief.reviewed = bulk.is_review(brief)
        brief.mine = brief.reviewed and request.actor.user_id in brief.voters
        brief.ticked = brief.pk in ticked if ticked is not None else filters["tick"] == "all"
    return list(by_pk.values())


@require_safe
def queue_result(request):
    """The results of my last act on many submissions, as long as the session lasts.

    Context: ``groups`` as (heading, tone, rows of (submission or None, words)), those that need attention first;
    ``act`` (words), ``done``, ``total``, ``unknown``, ``back``.
    """
    result = request.session.get(RESULT)
    if not result:
        messages.info(request, "还没有批量办理过。")
        return redirect("review_queue")
    outcomes = result["outcomes"]
    submissions = (
        Submission.objects.visible_to(request.actor)
        .filter(pk__in=[pk for pk, _, _ in outcomes])
        .select_related("task", "unit", "post", "person")
        .in_bulk()
    )
    waiting = set(_awaiting(request).filter(pk__in=submissions).values_list("pk", flat=True))
    for pk, submission in submissions.items():
        submission.waits = pk in waiting
    groups = [
        (kind, heading, tone, [(submissions.get(pk), text) for pk, outcome, text in outcomes if outcome == kind])
        for kind, (heading, tone) in KINDS.items()
    ]
    return render(
        request,
        "workflows/queue_result.html",
        {
            "groups": [group for group in groups if group[-1]],
            "act": WORDS[result["act"]],
            "done": sum(kind == bulk.DONE for _, kind, _ in outcomes),
            "total": len(outcomes),
            "unknown": result["asked"] - len(outcomes),
            "back": result["back"],
        },
    )
