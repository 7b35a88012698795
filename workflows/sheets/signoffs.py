"""Who has put his name to a sheet: the sign-offs that its paper prints."""

from functools import cache

from django.db.models import Q
from django.utils import timezone

from registers.prepared import Given, Prepared
from registers.schemes.language import Brings
from workflows.models import Decision, NoticeSheet, ReviewVote, Submission


def signoffs_of(submission, *, about=None):
    """Return step → its latest valid act.

    They are those since the sheet was handed in last, after those of the sheet this one follows.
    附件4 and 附件5 print the notice and the decision of the grading before them (R1-27, R1-28), a carried sheet prints what was decided
    on its carrier. ``about``: whom it concerns; what he has done himself counts for others, and for him the next act by somebody else.
    """
    earlier, own = _publicised_before(submission), {step.code for step in submission.task.route_rules.steps}
    before = {step: act for step, act in signoffs_of(earlier).items() if step not in own} if earlier is not None else {}
    if submission.carrier_id is not None:
        with_it = signoffs_of(submission.carrier, about=submission.person_id)
        before |= {step: act for step, act in with_it.items() if step not in own}
    signoffs, filling, passed = before, submission.task.route_rules.steps[0].code, []
    decisions, ballots, notices = _on_record()
    for decision in decisions.of(submission=submission.pk):
        if decision.verdict in ("return", "withdraw"):
            signoffs = dict(before)
        elif decision.verdict in ("part", "resume"):
            continue
        elif about is not None and about in (decision.actor_id, decision.on_behalf_of_id):
            passed.append(decision.step)
        elif decision.verdict == "recompile":  # the filler's own stays
            signoffs = before | {step: act for step, act in signoffs.items() if step == filling}
        else:
            signoffs = signoffs | {step: _signed(decision) for step in [*passed, decision.step]}
            passed = []
    for ballot in ballots.of(submission=submission.pk, round=submission.round):
        if ballot.member_id == about:
            continue
        if review := next(
            (
                signoffs[step.code]
                for step in submission.task.route_rules.steps
                if step.kind == "collective_review" and step.code in signoffs
            ),
            None,
        ):
            review["members"].append(f"{ballot.member.name}（{'同意' if ballot.agrees else '不同意'}）")
    for sheet in notices.of(submission=submission.pk, round=submission.round):  # the last one counts
        signoffs[sheet.notice.step] = {
            "start": sheet.notice.starts_on.isoformat(),
            "end": sheet.notice.ends_on.isoformat(),
            "outcome": sheet.outcome,
            "name": "",
            "at": "",
            "opinion": "",
            "members": [],
        }
    return signoffs


@cache
def _on_record():
    """The statements that read the decisions on a ``submission``, the ballots and the notices of one ``round`` of it."""
    of = {"submission": Given("submission")}
    bundled = NoticeSheet.objects.filter(**of, round=Given("round"), notice__released_at__isnull=False)
    shown = bundled.filter(Q(left_at=None) | Q(ended=True)).select_related("notice").order_by("notice__starts_on")
    return (
        Prepared(Decision.objects.filter(**of).select_related("actor", "on_behalf_of", "meeting")),
        Prepared(ReviewVote.objects.filter(**of, round=Given("round"), counted=True).select_related("member")),
        Prepared(shown),
    )


def _signed(decision):
    return {
        "name": decision.who if decision.actor_id else "",
        "at": timezone.localdate(decision.at).isoformat(),
        "opinion": _words(decision),
        "members": [],
    }


def _words(decision):
    """What a sign-off prints: the opinion, which meeting decided, and where the sheet was filed outside (R4-28)."""
    said = decision.opinion or ("同意" if decision.meeting_id and decision.verdict == "agree" else "")
    said = "\n".join(part for part in (said, decision.meeting_words, decision.outside_words) if part)
    return said or ("同意" if decision.verdict == "agree" else "")


def _publicised_before(submission):
    """The sheet of the same subject on whose notice stood what this one is about, None where there is none.

    A sheet of measures follows the one that found or graded its points, and prints their notice (R1-27, R2-14).
    """
    rules = submission.task.campaign.scheme.rules
    if submission.task.brings != Brings.MEASURES or _has_notice(submission.task.route_rules):
        return None
    earlier = [task for task in rules.tasks if task.code in submission.task.rules.after]
    codes = [task.code for task in earlier if _has_notice(rules.routes[task.route])]
    same = {"unit": submission.unit_id, "post": submission.post_id, "person": submission.person_id}
    found = Submission.objects.filter(task__campaign=submission.task.campaign_id, task__code__in=codes, **same)
    return found.select_related("task__campaign__scheme").first() if codes else None


def _has_notice(route):
    return any(step.kind == "publicise" for step in route.steps)
