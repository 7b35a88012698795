"""What must be true of a sheet before somebody may vote, agree or file, beside his right to do so.

Enough ballots, marks that agree with the verdict, and where it was filed outside.
"""

from django.utils import timezone

from registers.actors import GROUP_MEMBER
from registers.refusals import Refused
from workflows import policies


def ballots_that_count(submission, actor):
    """Return who may vote today, and their ballots of this round.

    Those of whoever has left are marked as not counted.
    """
    eligible = policies.Holding.of(actor).turn_at(GROUP_MEMBER, submission.unit_id, person=submission.person_id).people
    votes = submission.votes.filter(round=submission.round)
    votes.exclude(member__in=eligible).update(counted=False)
    return eligible, list(votes.filter(member__in=eligible))


def require_nothing_marked(composition, actor, returned):
    """Refuse an agreement to a sheet of which lines are marked to go back.

    Else somebody's words would be dropped.
    What a member has said in his own ballot stands there, and does not keep him from concluding what the majority found.
    """
    if not returned:
        return
    ballot = composition.submission.votes.filter(round=composition.submission.round, member=actor.user_id).first()
    own = {key for key, said in (ballot.verdicts if ballot else {}).items() if not said["accurate"]}
    marked = [entry.number for entry in composition.entries if entry.key in returned and entry.key not in own]
    if marked:
        numbers = "、".join(map(str, marked))
        raise Refused(f"第 {numbers} 项标为不准或退回，不能通过：请退回该表，或取消标记后再通过。")


def filed_outside(step, outside, *, at):
    """The columns of a decision that say where a sheet was filed outside the institution. Source: R4-28."""
    if step.kind != "file" or not step.outside:
        return None
    given = outside or {}
    body, number, on = (given.get("body") or "").strip(), (given.get("number") or "").strip(), given.get("on")
    if not (body and number and on):
        raise Refused(f"该步骤报{step.outside}备案，请填写受理备案的机关、文号和日期。")
    if on > timezone.localdate(at):
        raise Refused("校外备案的日期不得晚于今天。")
    return {"outside_body": body, "outside_number": number, "outside_on": on}


def words_of_members(submission, key):
    """What members of the group have said against a line in their ballots of this round, as their words."""
    if submission.step_rules.kind != "collective_review":
        return ""
    ballots = [ballot.verdicts.get(key, {}) for ballot in submission.votes.filter(round=submission.round)]
    said = dict.fromkeys(said["comment"] for said in ballots if said.get("accurate") is False)
    return f"成员意见：{'；'.join(said)}" if said else ""
