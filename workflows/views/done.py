"""The list of what I have done: decided, handed in, voted on."""

from collections import namedtuple
from functools import cache, lru_cache

from django.db.models import Value
from django.shortcuts import render
from django.views.decorators.http import require_safe

from registers.access import policy_of
from registers.models import Scheme
from registers.prepared import Given, Prepared
from registers.views.paging import paged
from workflows.models import Decision, ReviewVote, Submission
from workflows.models.submissions import subject_of
from workflows.views import trail

ACT, VOTE = "act", "vote"
# What a row of the list of what I have done says of its sheet, and all that it shows.
SHEET = (
    "submission",
    "submission__task__label",
    "submission__task__campaign__year",
    "submission__state",
    "submission__unit__name",
    "submission__person__name",
    "submission__post__name",
)
Done = namedtuple(
    "Done", "step_label words tone signed on_behalf_of days_late opinion at sheet task year state subject unit"
)


@require_safe
def done_list(request):
    """What I have decided, handed in or voted on, newest first (已办).

    Context: ``page`` of decisions and ballots as ``Done``.
    """
    page = paged(request, _Mine(request.actor))
    page.rows = _done(page.rows)
    return render(request, "workflows/done_list.html", {"page": page})


class _Mine:
    """Rows ``(at, key, kind)`` of what somebody has done to sheets that he may read, newest first."""

    def __init__(self, actor):
        self.facts = policy_of(Submission).facts(actor)

    def __getitem__(self, part):
        return _mine(frozenset(self.facts), part.start, part.stop).of(**self.facts)


@lru_cache(maxsize=32)
def _mine(names, start, stop):
    """Return the query for a part of the list. ``names``: those of the facts that decide what its reader may read."""
    readable = policy_of(Submission).readable({name: Given(name) for name in names})
    sheets = {"submission__in": Submission.objects.filter(readable)}
    acts = Decision.objects.filter(actor=Given("person"), **sheets).order_by().values_list("at", "pk", Value(ACT))
    votes = ReviewVote.objects.filter(member=Given("person"), **sheets).order_by()
    done = acts.union(votes.values_list("at", "pk", Value(VOTE)), all=True)
    return Prepared(done.order_by("-at", "-pk")[start:stop])


def _done(rows):
    """The decisions and ballots that rows ``(at, key, kind)`` name, in their order, as the list shows them."""
    found = {}
    for kind, statement, shown in ((ACT, _acts, _act), (VOTE, _ballots, _ballot)):
        if keys := [key for _, key, of in rows if of == kind]:
            found |= {(kind, row[0]): shown(*row) for row in statement().of(keys=keys)}
    return [found[kind, key] for _, key, kind in rows]


def _act(_, verdict, step_label, signed, on_behalf_of, days_late, *rest):
    words, tone = Decision.Verdict(verdict).label, trail.TONES.get(verdict, "note")
    return _done_row(step_label, words, tone, signed, on_behalf_of, days_late, *rest)


def _ballot(_, complete, verdicts, route, digest, *rest):
    steps = Scheme.rules_of(digest).route(route).steps
    step_label = next((step.label for step in steps if step.kind == "collective_review"), "集体审核")
    agrees = ReviewVote(complete=complete, verdicts=verdicts).agrees
    words, tone = ("表决同意", "pass") if agrees else ("表决不同意", "return")
    return _done_row(step_label, words, tone, False, None, None, *rest)


def _done_row(*shown):
    *own, sheet, task, year, state, unit, person, post = shown
    return Done(
        *own,
        sheet,
        task,
        year,
        state,
        subject_of(person=person, post=post, unit=unit),
        unit if person is not None else "",
    )


@cache
def _acts():
    """Return the query for decisions, as plain values."""
    own = ("pk", "verdict", "step_label", "signed", "on_behalf_of__name", "days_late", "opinion", "at")
    return Prepared(Decision.objects.filter(pk__within=Given("keys")).order_by().values_list(*own, *SHEET))


@cache
def _ballots():
    """The same for ballots. The label of their step is in the rule book."""
    rules = ("submission__task__route", "submission__task__campaign__scheme__digest")
    own = ("pk", "complete", "verdicts", *rules, "opinion", "at")
    return Prepared(ReviewVote.objects.filter(pk__within=Given("keys")).order_by().values_list(*own, *SHEET))
