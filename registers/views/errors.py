"""The pages of refusals and errors: a sentence in Chinese, never a trace."""

from django.shortcuts import render

from registers import audit
from registers.access import NotAllowed
from registers.refusals import Refused, Stale
from registers.text import without_unseen
from registers.views import busy


def bad_request(request, exception=None):
    """Answer 400: the request cannot be read."""
    return render(request, "400.html", status=400)


def forbidden(request, exception=None):
    """Answer 403 with the reason that the refusal gave."""
    return render(request, "403.html", {"reason": str(exception or "")}, status=403)


def refused(request, exception, status):
    """409 or 422 with the reason, where the page that was sent has no place of its own for it."""
    return render(request, "refused.html", {"reason": str(exception), "code": status}, status=status)


def not_found(request, exception=None):
    """Answer 404, the same for what does not exist and for what the reader may not see."""
    return render(request, "404.html", status=404)


def server_error(request):
    """Answer 500: a fault of ours, or 503 where the database failed outside of a view."""
    if busy.cannot_serve(busy.failure_being_handled()):
        return busy.unavailable(request)
    return render(request, "500.html", status=500)


class RefusalMiddleware:
    """Middleware that turns refusals into pages with their reason.

    ``NotAllowed`` becomes 403 and is written to the audit chain, ``Refused`` 422, ``Stale`` 409.
    A denied act is kept on record; the entry is written after the refused transaction has rolled back, so it stays.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if not request.path.startswith("/static/") and "Cache-Control" not in response:
            response["Cache-Control"] = "no-store"
        return response

    def process_view(self, request, view, args, kwargs):
        """Remove invisible characters from what was sent.

        Once for every form and filter (reliability F05).
        """
        for name in ("GET", "POST"):
            sent = getattr(request, name)
            cleaned = [(_seen(key), [_seen(value) for value in values]) for key, values in sent.lists()]
            if cleaned != list(sent.lists()):
                sent = sent.copy()
                sent.clear()
                for key, values in cleaned:
                    sent.setlist(key, values)
                setattr(request, name, sent)

    def process_exception(self, request, exception):
        if isinstance(exception, Refused | Stale):
            return refused(request, exception, status=409 if isinstance(exception, Stale) else 422)
        if not isinstance(exception, NotAllowed):
            return None
        audit.append(
            "access.denied", actor=request.actor, detail={"action": exception.action, "about": exception.about}
        )
        return forbidden(request, exception)


def _seen(text):
    return without_unseen(text)[0]
