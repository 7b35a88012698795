"""Sheets that travel on another one: taken along, sent back by themselves, and there again.

Here: what a unit's sheet does to the personal sheets that it carries, besides filing them (``moves``). Never here: which they are
(``workflows.sheets.carrying``).
"""

from django.db import transaction
from django.db.models import Exists, OuterRef

from registers.refusals import Refused, Stale
from workflows.models import Submission
from workflows.models.submissions import ALONE, CARRIED, CARRIER, State
from workflows.policies import Holding
from workflows.routing import moves
from workflows.sheets.documents import Composition

WAITS = {"state": State.IN_REVIEW, "waiting_role": CARRIER}


def take_along(submission, sheets):
    """Take ``sheets`` along on ``submission``.

    Raises ``Stale`` when one of them has been taken back meanwhile.
    """
    there = Submission.objects.select_for_update().filter(ALONE, pk__in=[sheet.pk for sheet in sheets])
    locked = list(there.order_by("pk").values_list("pk", flat=True))
    if len(locked) != len(sheets):
        raise Stale(submission)
    Submission.objects.filter(pk__in=locked).update(carrier=submission)


def not_for(actor, composition, meeting=None):
    """Return the keys of the entries that an actor keeps out of (本人事项).

    They concern him, or somebody whose own sheets he does not decide on at this step. Where a body has decided, in its ``meeting``,
    whoever is concerned kept out of the item there.
    """
    if meeting is not None or composition.crowd is None:
        return set()
    role = composition.submission.waiting_role
    _, people = Holding.of(actor).keeps_out_of(role, actor.user_id)
    return {entry.key for entry in composition.entries if entry.concerns(people)}


def require_not_own(barred, composition, keys):
    """Raise ``Refused`` when one of the entries ``keys`` is among the ``barred``, which concern the actor."""
    barred = barred & set(keys)
    if own := [entry.number for entry in composition.entries if entry.key in barred]:
        raise Refused(f"第 {'、'.join(map(str, own))} 项是本人事项，由其他审核人判断。")


def send_back(composition, returned, *, actor, at, opinion, redo_on, meeting=None):
    """Send a sheet back and return the decision. Its lines are marked already.

    ``returned``: entry key → words. Where all of these stand on sheets that this one carries, only those go to their fillers, and
    this one waits at its step until they are there again.
    """
    submission = composition.submission
    marked = [entry for entry in composition.entries if entry.key in returned]
    members = {entry.submission.pk: entry.submission for entry in marked if entry.submission is not None}
    judged_at = (submission.waiting_role, submission.step_rules.label)
    for pk in members:
        member = moves.locked(pk)
        if member.carrier_id != submission.pk or (member.state, member.waiting_role) != (State.IN_REVIEW, CARRIER):
            raise Stale(submission)
        said = {"actor": actor, "at": at, "opinion": opinion, "redo_on": redo_on, "meeting": meeting}
        moves.move(Composition(member), "return", judged_at=judged_at, **said)
    whole = not members or any(entry.submission is None for entry in marked)
    verdict = "return" if whole else "part"
    return moves.move(composition, verdict, actor=actor, at=at, opinion=opinion, redo_on=redo_on, meeting=meeting)


@transaction.atomic
def resume(carrier_id, *, at):
    """Let a sheet go on from the step that sent sheets back, once all of them are there again.

    Its document is composed anew, so that reviewers see what changed. False while one is still away, or when it went on already.

    """
    submission = moves.locked(carrier_id)
    if (submission.state, submission.waiting_role) != (State.IN_REVIEW, CARRIED):
        return False
    if submission.carried.exclude(state=State.CANCELLED).exclude(**WAITS).exists():
        return False
    composition = Composition(submission).handed_in(at=at)
    submission.gravest_rank = composition.gravest_rank()
    moves.move(composition, "resume", actor=None, at=at)
    return True


def resume_all(*, at):
    """Let every sheet go on whose sheets are all there again, and return how many.

    Running it again changes nothing.
    """
    return sum(resume(pk, at=at) for pk in free_of(()))


def free_of(ended):
    """Return the ids of the sheets that wait for some they carry, and now go on.

    ``ended``: ids of sheets that are taken to be stopped.
    """
    waiting = Submission.objects.filter(state=State.IN_REVIEW, waiting_role=CARRIED)
    away = Submission.objects.filter(carrier=OuterRef("pk")).exclude(state=State.CANCELLED).exclude(**WAITS)
    return list(waiting.exclude(Exists(away.exclude(pk__in=list(ended)))).order_by("pk").values_list("pk", flat=True))
