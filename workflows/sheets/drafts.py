"""Typed content kept on the server.

A save is one statement, and never writes over what was typed in another window meanwhile.
"""

from functools import cache

from django.db.models import F

from registers.prepared import Given, Prepared, PreparedUpdate
from registers.refusals import Refused, Stale
from workflows.models import Draft, ReviewDraft, Submission

MOST_ENTRIES = 500
MOST_CHARACTERS = 500_000  # of all fields of a sheet; what one field accepts when it is handed in is far less


def require_room(number, *, offered=0):
    """Refuse a sheet of more entries than anybody could judge.

    ``offered``: how many the register itself brings; so many are always taken. Raises ``Refused``.
    """
    if number > max(MOST_ENTRIES, offered):
        raise Refused(f"一张表最多 {MOST_ENTRIES} 项，现有 {number} 项，没有保存。请合并或删减。")


def save(submission, content, *, actor, seen, at):
    """Keep ``content`` as the draft if its version is still ``seen`` (0: no draft yet).

    Returns the new version.

    Raises ``Stale`` when another window was faster, or ``Refused`` where it is too long to be kept.
    """
    written = sum(len(text) for part in (*content["entries"], content) for text in part["values"].values())
    if written > MOST_CHARACTERS:
        raise Refused(f"一张表最多写 {MOST_CHARACTERS} 字，现有 {written} 字，本次修改没有保存，请删减。")
    more = {"saved_at": at, "saved_by_id": actor.user_id}
    version = _keep(Draft, {"submission_id": submission.pk}, content, more, seen=seen)
    # Whoever has looked for a draft before this one was there would go on finding none.
    known = Submission._meta.get_field("draft")
    if known.is_cached(submission):
        known.delete_cached_value(submission)
    return version


def save_review(submission, content, *, actor, seen, at):
    """Keep what a reviewer has typed so far about a sheet, as ``save`` keeps what its filler types.

    ``content``: field → text. Returns the new version. Raises ``Stale`` or ``Refused``.
    """
    written = sum(map(len, content.values()))
    if written > MOST_CHARACTERS:
        raise Refused(f"一张表的意见最多写 {MOST_CHARACTERS} 字，现有 {written} 字，没有保存，请删减。")
    whose = {"submission_id": submission.pk, "reviewer_id": actor.user_id}
    return _keep(ReviewDraft, whose, content, {"saved_at": at, "sheet_version": submission.version}, seen=seen)


def review_of(submission, actor):
    """What this reviewer has typed and not sent yet (``ReviewDraft``), None where there is nothing."""
    return ReviewDraft.objects.filter(submission=submission, reviewer=actor.user_id).first()


def forget_reviews(submission, actor=None):
    """Drop what reviewers have typed, or only what this one has.

    He has said it, or the sheet is at its end.
    """
    typed = _reviews().of(submission=submission.pk)
    if gone := [key for key, reviewer in typed if actor is None or reviewer == actor.user_id]:
        ReviewDraft.objects.filter(pk__in=gone).delete()


@cache
def _reviews():
    return Prepared(ReviewDraft.objects.filter(submission=Given("submission")).values_list("pk", "reviewer_id"))


def _keep(model, whose, content, more, *, seen):
    """Write ``content`` over the version ``seen`` of a draft in one statement, and return the new version."""
    mine = {"content": content, **more}
    if seen and _over(model, *whose, saying=tuple(mine)).of(seen=seen, **whose, **mine):
        return seen + 1
    own = model.objects.filter(**whose)
    # A form that names a draft where there is none has nothing to write over.
    first = not seen or not own.exists()
    if first:
        # One upsert: of two first saves, one inserts and the other finds the row and conflicts.
        model.objects.bulk_create([model(version=1, **whose, **mine)], ignore_conflicts=True)
    draft = own.get()
    # The same again, because its answer was lost or came late.
    if draft.content == content and draft.version == (1 if first else seen + 1):
        return draft.version
    raise Stale(draft)


@cache
def _over(model, *whose, saying):
    """What writes over a version of a draft. ``whose``: the columns by which it is found, ``saying``: those that are written."""
    rows = model.objects.filter(version=Given("seen"), **{name: Given(name) for name in whose})
    return PreparedUpdate(rows, version=F("version") + 1, **{name: Given(name) for name in saying})
