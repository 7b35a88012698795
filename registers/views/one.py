"""The one thing that a page is about."""

from django.http import Http404


def one_or_404(seen, actor, **given):
    """Return the row that the actor may read. ``seen``: a ``Seen``, asked with ``given``.

    Raises ``Http404`` where there is none, or none for him.
    """
    if rows := seen.by(actor, **given):
        return rows[0]
    raise Http404("nothing there, or nothing for this reader")
