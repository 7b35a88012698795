"""Typed content kept on the server.

A save is one statement, and never writes over what was typed in another window meanwhile.
"""

from django.db.models import F

from registers.refusals import Stale
from workflows.models import Draft


def save(submission, content, *, actor, seen, at):
    """Keep ``content`` as the draft if its version is still ``seen`` (0: no draft yet).

    Returns the new version.

    Raises ``Stale`` when another window was faster. Source: reliability F25, §6-6.
    """
    mine = {"content": content, "saved_at": at, "saved_by_id": actor.user_id}
    if seen and Draft.objects.filter(submission=submission, version=seen).update(**mine, version=F("version") + 1):
        return seen + 1
    # A form that names a draft where there is none has nothing to write over.
    first = not seen or not Draft.objects.filter(submission=submission).exists()
    if first:
        # One upsert: of two first saves, one inserts and the other finds the row and conflicts.
        Draft.objects.bulk_create([Draft(submission=submission, version=1, **mine)], ignore_conflicts=True)
    draft = Draft.objects.get(submission=submission)
    if first and (draft.version, draft.content) == (1, content):
        return 1
    raise Stale(draft)
