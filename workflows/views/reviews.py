"""Reviewing: read a sheet beside last year's, judge its lines, decide."""

from functools import partial

from django.contrib import messages
from django.db import IntegrityError
from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from registers import audit, clock
from registers.access import can, people_who_may, require
from registers.models import Grade
from registers.papers import glyphs
from registers.papers.compose import compose
from registers.refusals import Refused, Stale
from registers.views.sent import number
from workflows import attachments, policies, suggestions
from workflows.deadlines import days
from workflows.forms import reviews as forms
from workflows.models import Decision, Suggestion
from workflows.models.submissions import short_code
from workflows.routing import carrying, routes, steps
from workflows.sheets import Incomplete, changes, composing, documents, drafts, noticed, overlaps
from workflows.views import trail
from workflows.views.review_entries import add_typed, compare, mark_alike
from workflows.views.reviewed import keep_beside, on_screen, said, typed_so_far, words_of_a_vote
from workflows.views.submissions import because_of, moved, visible, written_report
from workflows.views.suggestions import with_words


@require_safe
def submission_review(request, pk):
    """The reviewer's page. Context: see ``_page``."""
    submission = visible(request, pk)
    verdict = can(request.actor, "decide", submission)
    if not verdict:
        messages.info(request, verdict.reason)
        return redirect("submission_detail", pk=pk)
    if submission.waiting_role == policies.MEETING:
        messages.info(request, f"“{submission.step_rules.label}”由会议决定，请列入议程。")
        return redirect("meeting_list")
    return _page(request, submission)


def _page(request, submission, *, form=None, vote_form=None, faults=None, error="", status=200):
    """Context: ``entries`` (Shown, with the reader's typed verdicts), ``form``, ``vote_form``, ``votes``, ``my_vote``, ``checks``,
    ``grades``, ``digest``, ``digest_code``, ``acts_for``, ``may_conclude``, ``steps``, ``trail``, ``error``, and those of ``_changed``.
    An entry ``is_own`` where it concerns the reader."""
    actor, step = request.actor, submission.step_rules
    typed, autosave = typed_so_far(request, submission)
    composition = documents.Composition(submission)
    sheet, entries = composition.sheet, composition.entries
    overtaken, alongside = overlaps.of_submitted(composition), overlaps.alongside(composition)
    barred = carrying.not_for(actor, composition)
    votes = list(submission.votes.filter(round=submission.round).select_related("member"))
    my_vote = next((vote for vote in votes if vote.member_id == actor.user_id), None)
    for entry in entries:
        entry.fault, entry.is_own = (faults or {}).get(entry.key, {}), entry.key in barred
        add_typed(typed, entry, step, my_vote, votes)
        compare(entry)
        entry.overtaken, entry.alongside = overtaken.get(entry.key), alongside.get(entry.key, [])
    mark_alike(submission, entries, actor)
    collective = step.kind == "collective_review"
    may_conclude = can(actor, "conclude", submission) if collective else True
    decisions, digest = trail.trail_of(submission), composition.digest
    later = routes.hold_consecutive(submission, actor)
    return render(
        request,
        "workflows/submission_review.html",
        {
            "submission": submission,
            "step": step,
            "item": trail.Item(submission, days.shown(submission.step_due_on, clock.now())),
            "entries": entries,
            "collective": collective,
            **_grading(submission, step),
            "shows_changes": sheet.offers_choice,
            "judges_lines": _judges_lines(submission),
            "votes": votes,
            "because_of": because_of(actor, submission),
            "my_vote": my_vote,
            "form": form or _decision_form(request, submission, later, typed=typed),
            "vote_form": vote_form or (_vote_form(step, typed, my_vote) if collective else None),
            **autosave,
            "may_conclude": may_conclude,
            "signs": _signs(submission, later),
            "later": later,
            "digest": digest,
            "digest_code": short_code(digest),
            "steps": trail.route_steps(submission, decisions),
            "trail": decisions,
            "acts_for": _acts_for(actor, submission),
            "colleagues": _colleagues(submission, actor) if not collective else [],
            "error": error,
            "extra": _extra(submission),
            "compiled": submission.task.paper_rules.rows in composing.COMPILED,
            "members_needed": step.quorum,
            "files": attachments.of_submission(submission),
            "suggested": _suggested(submission, actor),
            "unprintable": _unprintable(composition),
            **_changed(composition),
        },
        status=status,
    )


def _vote_form(step, typed, vote):
    return forms.VoteForm(step=step, initial=_vote_initial(typed, vote))


def _extra(submission):
    """What is written on a sheet beside its entries, as ``[(label, text)]``."""
    if submission.group_id:
        plan = submission.group.work_plan
        return [("工作计划", plan)] if plan else []
    return list(filter(None, [written_report(submission)]))


def _changed(composition):
    """What has changed beside the sheet's own entries, as the page shows it."""
    return {
        "included_changes": changes.of_listed(composition),
        "returned_changes": changes.of_returned(composition),
        "carries": composition.sheet.crew is not None,
    }


def _unprintable(composition):
    """What of the sheet would print as boxes, in sentences."""
    return glyphs.unprintable(glyphs.places_of(compose(composition.submission.task.paper_rules, composition.content)))


def _grading(submission, step):
    """What the page of an adjudication shows: the grades, and the notice that a departure from it would repeat."""
    return {
        "adjudicates": step.kind == "adjudicate",
        "grades": Grade.objects.filter(scheme=submission.task.campaign.scheme),
        "publicised": step.sets == "final_grade" and steps.notice_before(submission.task.route_rules, step.code),
    }


def _judges_lines(submission):
    """Whether lines are judged one by one; a list of people is taken or returned as a whole."""
    return submission.task.brings != "group"


def _acts_for(actor, submission):
    """The name of the person for whom this actor decides; empty when he decides in his own right."""
    principal = actor.on_behalf_of(submission.waiting_role, submission.unit_id) if actor.stands_in_for else None
    return (
        next((grant.acting_for for grant in actor.grants if grant.acting_for_id == principal), "") if principal else ""
    )


def _suggested(submission, actor):
    """What others suggested to the filler, with his answers, as far as the reader may read it (R1-16)."""
    rows = Suggestion.objects.visible_to(actor).filter(pk__in=suggestions.for_submission(submission).values("pk"))
    suggested = list(rows.select_related("unit", "post", "author"))
    for row in suggested:
        row.campaign = submission.task.campaign
        with_words(row, actor)
    return suggested


def _colleagues(submission, actor):
    return list(people_who_may("take_over", submission).exclude(pk=actor.user_id))


def _signs(submission, later):
    """Does agreeing include a signature: at this step, or at one of those that the same person holds right after?"""
    return submission.step_rules.kind == "sign" or bool(later)


def _decision_form(request, submission, later, data=None, typed=None):
    return forms.DecisionForm(
        data,
        step=submission.step_rules,
        signs=_signs(submission, later),
        request=request,
        today=clock.today(),
        initial=_typed_of(typed or {}, "opinion", "redo_on", *forms.OUTSIDE),
    )


def _vote_initial(typed, vote):
    """What the reader has typed beside the form that was sent, else what he recorded before."""
    recorded = {"complete": "yes" if vote.complete else "no", "remark": vote.opinion} if vote else {}
    return recorded | _typed_of(typed, "complete", "remark")


def _typed_of(typed, *names):
    return {name: typed[name] for name in names if name in typed}


def _refused(request, submission, act, **page):
    """Do ``act``: the page that says why it was refused, or None when it went through."""
    try:
        decision = act()
    except Stale as stale:
        return moved(request, stale.current, typed=said(request, stale.current))
    except IntegrityError:  # the database saw the race that the lock did not: the other one won
        return moved(request, visible(request, submission.pk), typed=said(request, submission))
    except Incomplete as incomplete:
        page |= {"faults": incomplete.faults, "error": "有的风险点等级尚未定妥，请看标红的各项。"}
    except Refused as refused:
        page["error"] = str(refused)
    else:
        sent_back = isinstance(decision, Decision) and decision.verdict == "return" and decision.actor_id is None
        return moved(request, submission, typed=said(request, submission)) if sent_back else None
    return _page(request, submission, status=422, **page)


def _seen(request):
    """What the reader had on screen."""
    return {
        "seen_version": number(request.POST.get("seen_version")),
        "seen_digest": request.POST.get("seen_digest", ""),
    }


@require_POST
def submission_vote(request, pk):
    """Record my verdict in a collective review."""
    submission, answer = on_screen(request, pk)
    if answer is not None:
        return answer
    require(request.actor, "decide", submission)
    step = submission.step_rules
    form, keys = forms.VoteForm(request.POST, step=step), _keys(submission, request.actor)
    verdicts = forms.line_verdicts(request.POST, keys) if _judges_lines(submission) else dict.fromkeys(keys, (True, ""))
    faults = forms.verdict_faults(verdicts, step=step, all_judged=True)
    if faults or not form.is_valid():
        return _page(request, submission, vote_form=form, faults=faults, error=_unjudged(faults), status=422)
    vote = partial(
        routes.vote,
        pk,
        actor=request.actor,
        at=clock.now(),
        complete=form.cleaned_data["complete"] == "yes",
        opinion=form.cleaned_data["remark"],
        verdicts=verdicts,
        **_seen(request),
    )
    if refused := _refused(request, submission, vote, vote_form=form):
        return refused
    messages.success(request, "表决已记录。形成集体意见前可以更改。")
    if can(request.actor, "conclude", submission):
        keep_beside(request, submission)
        return redirect("submission_review", pk=pk)
    return redirect("desk")


def _unjudged(faults):
    return f"有 {len(faults)} 项还没有判断或没有写明意见，请看标红的各项。" if faults else ""


def _keys(submission, actor):
    return [entry.key for entry in _entries(submission, actor)]


def _entries(submission, actor):
    """The entries that are this actor's to judge, with the grade that each has where nobody says otherwise.

    It is the one on notice, else the rule's.
    """
    composition, step = documents.Composition(submission), submission.step_rules
    barred = carrying.not_for(actor, composition)
    entries = [entry for entry in composition.entries if entry.key not in barred]
    for entry in entries:
        entry.default_grade = noticed.proposed_grade(composition, entry, step)
    return entries


@require_POST
def submission_review_save(request, pk):
    """Keep what a reviewer has typed so far, answering JSON as ``submission_save`` does."""
    submission = visible(request, pk)
    require(request.actor, "decide", submission)
    if submission.version != number(request.POST.get("seen_version")):
        return JsonResponse({"message": "该表在您打开之后已经变动，请另开一页查看。所填内容仍在本页。"}, status=422)
    content, at = forms.typed_by_reviewer(request.POST), clock.now()
    try:
        version = drafts.save_review(
            submission, content, actor=request.actor, seen=number(request.POST.get("draft_version")), at=at
        )
    except Stale:
        words = "您在另一窗口也填写了该表的意见，本窗口没有覆盖它。所填内容仍在本页，办理时以本页为准。"
        return JsonResponse({"message": words}, status=409)
    return JsonResponse({"version": version, "saved_at": f"{days.local(at):%H:%M:%S}"})


@require_POST
def submission_decide(request, pk):
    """One reviewer's verdict on one sheet."""
    submission, answer = on_screen(request, pk)
    if answer is not None:
        return answer
    require(request.actor, "decide", submission)
    later = routes.hold_consecutive(submission, request.actor)
    form = _decision_form(request, submission, later, request.POST)
    if not form.is_valid():
        if form.has_error("password", "wrong"):
            audit.append("submission.not_signed", about=submission, actor=request.actor)
        return _page(request, submission, form=form, status=422)
    typed, entries = form.cleaned_data, _entries(submission, request.actor)
    verdicts = forms.line_verdicts(request.POST, [entry.key for entry in entries])
    grades = forms.grade_choices(request.POST, entries)
    faults = forms.verdict_faults(verdicts, step=submission.step_rules, all_judged=False)
    if faults := {**forms.reason_faults(grades), **faults}:
        return _page(request, submission, form=form, faults=faults, error=_unjudged(faults), status=422)
    if unsent := words_of_a_vote(request, submission):
        return _page(request, submission, form=form, error=unsent, status=422)
    decide = partial(
        routes.decide,
        pk,
        typed["verdict"],
        actor=request.actor,
        at=clock.now(),
        opinion=typed["opinion"],
        redo_on=typed.get("redo_on"),
        returned={key: comment for key, (accurate, comment) in verdicts.items() if accurate is False},
        grades=grades,
        signed=bool(typed.get("password")),
        outside=form.outside,
        **_seen(request),
    )
    if refused := _refused(request, submission, decide, form=form):
        return refused
    what = f"{submission.task.label}，{submission.subject}"
    messages.success(
        request, f"已退回：{what}。原因和限期已送达填报人。" if typed["verdict"] == "return" else f"已办理：{what}。"
    )
    return redirect("desk")


@require_POST
def submission_recompile(request, pk):
    """重新汇编: the document anew from today's register, and the review from its beginning."""
    submission = visible(request, pk)
    require(request.actor, "decide", submission)
    seen_version = number(request.POST.get("seen_version"))
    recompile = partial(routes.recompile, pk, actor=request.actor, seen_version=seen_version, at=clock.now())
    if refused := _refused(request, submission, recompile):
        return refused
    messages.success(request, "已按现行登记重新汇编，从第一个审核环节重新开始。")
    return redirect("submission_detail", pk=pk)


@require_POST
def submission_hand_over(request, pk):
    """转办 to a colleague."""
    submission = visible(request, pk)
    require(request.actor, "hand_over", submission)
    form = forms.HandOverForm(request.POST, people=people_who_may("take_over", submission))
    if not form.is_valid():
        return _page(request, submission, error="请选择要转给的经办人。", status=422)
    to = form.cleaned_data["to"]
    seen_version = number(request.POST.get("seen_version"))
    hand_over = partial(routes.hand_over, pk, actor=request.actor, seen_version=seen_version, to=to, at=clock.now())
    if refused := _refused(request, submission, hand_over):
        return refused
    messages.success(request, f"已转{to}办理。")
    return redirect("desk")
