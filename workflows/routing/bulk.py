"""One act on many submissions: each by itself, as if it were the only one, and with its own result.

Whatever cannot be done like the others is left as it was and named, with the reason: moved by somebody else meanwhile, refused
by a rule, or a case that wants to be looked at by itself.
"""

from dataclasses import dataclass

from django.db import DatabaseError, IntegrityError, transaction

from registers.access import NotAllowed, can
from registers.actors import GROUP_MEMBER
from registers.refusals import Refused, Stale
from workflows.deadlines import days
from workflows.models import Submission
from workflows.models.submissions import State
from workflows.routing import carrying, routes
from workflows.sheets import Incomplete, changes
from workflows.sheets.documents import Composition

MOST = 200  # sheets an act may name
VOTE, AGREE, RETURN = "vote", "agree", "return"
DONE, MOVED, REFUSED, SINGLY = "done", "moved", "refused", "singly"


@dataclass(frozen=True)
class Outcome:
    """What came of one submission.

    ``kind``: DONE, MOVED (by somebody else meanwhile), REFUSED, or SINGLY (has to be looked at by itself).
    """

    submission_id: int
    kind: str
    text: str


class Singly(Refused):
    """The submission is not like the others. The message says why it has to be looked at by itself."""


def act(what, ticked, *, actor, at, opinion="", redo_on=None, signed=False):
    """Do ``what`` (VOTE, AGREE or RETURN) to every submission of ``ticked`` and return the outcomes.

    ``ticked``: ``{id: version the actor saw}``. Ids the actor may not see are left out, as if there were no such submission.
    ``signed``: the password was entered again for this very act. Each submission is its own transaction; what fails changes
    nothing and stops no other.
    """
    ids = list(ticked)[:MOST]
    readable = set(Submission.objects.visible_to(actor).filter(pk__in=ids).values_list("pk", flat=True))
    said = {"opinion": opinion, "redo_on": redo_on, "signed": signed}
    return [_one(what, pk, ticked[pk], actor=actor, at=at, said=said) for pk in ids if pk in readable]


def _one(what, pk, seen, *, actor, at, said):
    try:
        with transaction.atomic():
            kind, text = ACTS[what](_read(pk), actor=actor, at=at, seen_version=seen, **said)
    except (Singly, Incomplete) as odd:
        kind, text = SINGLY, str(odd) if isinstance(odd, Singly) else "有的风险点等级尚未定妥，须逐张办理。"
    except (Stale, IntegrityError):
        kind, text = MOVED, who_was_faster(pk)
    except NotAllowed as refused:
        kind, text = REFUSED, refused.reason
    except Refused as refused:
        kind, text = REFUSED, str(refused)
    except DatabaseError:  # a lock that did not come in time: this sheet alone is left as it was
        kind, text = REFUSED, "系统繁忙，该表没有办理，请稍后再试。"
    return Outcome(pk, kind, text)


def _read(pk):
    return Submission.objects.with_rules().select_related("unit", "post", "person", "group").get(pk=pk)


def _fresh(submission, seen):
    if submission.version != seen:
        raise Stale(submission)


def _vote(submission, *, actor, at, seen_version, **_):
    """同意 in a collective review, for all lines; whoever said otherwise before, or hears a colleague object, looks again."""
    _fresh(submission, seen_version)
    if not is_review(submission):
        raise Refused("该表当前不在集体审核环节，无须表决。")
    votes = list(submission.votes.filter(round=submission.round))
    mine = next((vote for vote in votes if vote.member_id == actor.user_id), None)
    if mine is not None and mine.agrees:
        raise Refused("您已表决同意，不必重复。")
    if mine is not None:
        raise Singly("您已表决为不全或不准，如需更改，请逐张办理。")
    if any(not vote.agrees for vote in votes):
        raise Singly("有成员判为不全或不准，请逐张核对后表决。")
    fine = {entry.key: (True, "") for entry in Composition(submission).entries}
    routes.vote(submission.pk, actor=actor, seen_version=seen_version, complete=True, opinion="", verdicts=fine, at=at)
    return DONE, "已表决：同意"


def _agree(submission, *, actor, at, seen_version, opinion, signed, **_):
    """Let the sheet pass as it stands: as the members voted, as the rule proposes, as the notice showed."""
    _fresh(submission, seen_version)
    step = submission.step_rules
    if submission.state == State.IN_REVIEW and step is not None and can(actor, "decide", submission):
        if step.outside:
            raise Singly(f"报{step.outside}备案须填写文号和日期，请逐张办理。")
        if is_review(submission) and any(not vote.agrees for vote in submission.votes.filter(round=submission.round)):
            raise Singly("有成员判为不全或不准，请逐张核对后形成集体意见。")
    composition = Composition(submission)
    if changes.of_listed(composition):
        raise Singly("表中所列的内容在提交之后有变动，请逐张核对后办理。")
    if carrying.not_for(actor, composition):
        raise Singly("表中有本人事项，请逐张核对后办理。")
    grades = _grades(composition, step) if step is not None and step.kind == "adjudicate" else None
    decision = routes.decide(
        submission.pk,
        AGREE,
        actor=actor,
        seen_version=seen_version,
        at=at,
        opinion=opinion,
        grades=grades,
        signed=signed,
    )
    if decision.verdict == RETURN:
        return REFUSED, decision.opinion
    return DONE, f"{decision.step_label}：通过"


def _grades(composition, step):
    """The grade of every entry where rule, notice and post holder are of one mind. Raises ``Singly`` where they are not."""
    submission = composition.submission
    if submission.objections.filter(notice__bundled__round=submission.round).exists():
        raise Singly("公示期间收到过异议，请逐张核对后确定等级。")
    chosen = {}
    for entry in composition.entries:
        if not entry.details.get("to_grade"):
            continue
        proposed, proposal = entry.details["proposed_grade"], entry.details["proposal"].grade
        named = proposed if step.sets == "final_grade" and proposed else entry.details["self_grade"]
        if proposal is None or (named is not None and named.code != proposal):
            raise Singly(f"第 {entry.number} 项拟定的等级与系统建议不同，须逐张办理并写明理由。")
        chosen[entry.key] = (proposal, "")
    return chosen


def _return(submission, *, actor, at, seen_version, opinion, redo_on, **_):
    """Send the whole sheet back with the common reason: every line is to be looked at again. Source: R1-21."""
    _fresh(submission, seen_version)
    step = submission.step_rules
    if step is not None and not step.may_return:
        raise Refused(f"“{step.label}”环节不能退回。")
    entries = Composition(submission).entries
    returned = {entry.key: opinion for entry in entries if entry.lines and entry.submission is None}
    routes.decide(
        submission.pk,
        RETURN,
        actor=actor,
        seen_version=seen_version,
        at=at,
        opinion=opinion,
        redo_on=redo_on,
        returned=returned,
    )
    return DONE, f"已退回，限 {redo_on:%Y-%m-%d} 前重新提交"


ACTS = {VOTE: _vote, AGREE: _agree, RETURN: _return}


def is_review(submission):
    """Whether members of the unit's leading group vote on the submission now."""
    step = submission.step_rules
    return step is not None and step.kind == "collective_review" and submission.waiting_role == GROUP_MEMBER


def who_was_faster(pk):
    """Who moved the sheet since, and when."""
    submission = _read(pk)
    last = submission.decisions.select_related("actor").order_by("-seen_version").first()
    if last is None:
        return "该表已有变动。"
    who = last.actor.name if last.actor else "系统"
    return f"{who}已于 {days.local(last.at):%Y-%m-%d %H:%M} 在“{last.step_label}”{last.get_verdict_display()}。"
