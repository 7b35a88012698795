"""The desk of the 纪委 for clues (线索): each opening is recorded with its reason, and so is what follows."""

from django.db import transaction

from registers import audit
from registers.access import require
from workflows.models import Clue, SealedReading


@transaction.atomic
def open_clue(clue, *, reason, actor, at):
    """Write down who opens a clue, and why.

    Until the end of the day he may read it. Raises ``NotAllowed``.
    """
    require(actor, "open", clue)
    SealedReading.objects.create(clue=clue, reader=actor.user, reason=reason, at=at)
    audit.append("clue.open", about=clue, actor=actor, at=at)


@transaction.atomic
def handle(clue, *, outcome, answer, actor, at):
    """Write down what came of a clue, in words for whoever sent it.

    Raises ``NotAllowed``, also when it was done already.
    """
    clue = Clue.objects.select_for_update(of=("self",)).get(pk=clue.pk)
    require(actor, "handle", clue)
    clue.outcome, clue.answer, clue.handled_at, clue.handled_by_id = outcome, answer, at, actor.user_id
    clue.save(update_fields=["outcome", "answer", "handled_at", "handled_by"])
    audit.append("clue.handle", about=clue, actor=actor, at=at, detail={"outcome": str(outcome)})
