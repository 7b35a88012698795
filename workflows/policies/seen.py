"""The proof that somebody had a sheet on screen.

A reviewer who sends his opinion about a sheet that was taken back meanwhile may not see it any more. He learns what became of it
nevertheless, and nobody else does.
"""

from django.core import signing

from workflows.models import Submission

SALT = "workflows.policies.seen"


def mark(submission, actor):
    """Return the mark that the page of a sheet carries for its reader."""
    return signing.dumps([submission.pk, actor.user_id], salt=SALT)


def by_mark(text, pk, actor):
    """Return the submission ``pk`` if ``text`` is the mark of a page that its reader was shown.

    None where it is no such mark.
    """
    try:
        shown = signing.loads(text, salt=SALT)
    except signing.BadSignature:
        return None
    return Submission.objects.filter(pk=pk).first() if shown == [pk, actor.user_id] else None
