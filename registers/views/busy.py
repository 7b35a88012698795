"""Requests that the database cannot serve: try again where that helps, else keep what was typed.

Two people may lock the same rows in opposite order, a lock may be held too long, the database may be away. Nobody has to
type again because of it.
"""

import logging
import sys
import time

from django.db import InterfaceError, OperationalError, connection, transaction
from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string

from registers.views import resend

logger = logging.getLogger(__name__)

AGAIN = 3  # more tries at most
PAUSE_SECONDS = 0.05  # before the first of them, and longer before the others
RETRY_AFTER_SECONDS = 30
# What PostgreSQL answers when of two transactions one has to begin anew: serialisation failure, deadlock.
BEGIN_ANEW = ("40001", "40P01")
SAFE = ("GET", "HEAD", "OPTIONS")
SAID = "系统繁忙，没有保存。内容仍在本页，请稍后再试。"


def cannot_serve(failure):
    """Return whether a request failed because the database is away, full or busy."""
    return isinstance(failure, OperationalError | InterfaceError)


def begins_anew(failure):
    """Return whether the same request may succeed when it is simply done again."""
    return getattr(failure.__cause__, "pgcode", None) in BEGIN_ANEW


def unavailable(request):
    """Answer 503 without asking the database anything.

    A form of ours comes back with what was typed in it, except passwords.
    """
    if resend.by_script(request):
        answer = JsonResponse({"message": SAID}, status=503)
    else:
        offered = request.method == "POST" and resend.is_ours(request)
        context = {
            "again": request.get_full_path() if offered else "",
            "fields": resend.fields_of(request) if offered else [],
            "typed": resend.words_typed(request) if offered else [],
            "files": bool(offered and request.FILES),
            "csrf_token": get_token(request) if offered else "",
            "reload": request.method in SAFE,
        }
        # Without the request: what every other page shows of the person and his work stands in the database.
        answer = HttpResponse(render_to_string("503.html", context), status=503)
    answer["Retry-After"] = RETRY_AFTER_SECONDS
    answer["Cache-Control"] = "no-store"
    return answer


def failure_being_handled():
    """Return the exception that the caller answers for, None where there is none."""
    return sys.exc_info()[1]


class BusyMiddleware:
    """Middleware that repeats a request after a deadlock, and answers 503 where the database fails.

    It is done again only where nothing of it has been committed: then the database holds nothing of the first try.
    Stands before whatever keeps the person or messages on the request, so that a new try begins without them.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        for tried in range(AGAIN + 1):
            commits = Commits()
            with connection.execute_wrapper(commits):
                response = self.get_response(request)
            failure = getattr(response, "failure", None)
            if failure is None or tried == AGAIN or not begins_anew(failure) or commits.any:
                break
            time.sleep(PAUSE_SECONDS * (tried + 1))
            for _, files in request.FILES.lists():
                for file in files:
                    file.seek(0)
        return response

    def process_exception(self, request, exception):
        if not cannot_serve(exception):
            return None
        logger.error("the database could not serve %s %s", request.method, request.path, exc_info=exception)
        response = unavailable(request)
        response.failure = exception
        return response


class Commits:
    """The statements of a request. ``any``: one that writes was committed."""

    def __init__(self):
        self.any = False

    def __call__(self, execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        if sql.split(None, 1)[0].upper() in ("INSERT", "UPDATE", "DELETE"):
            if not connection.in_atomic_block:
                self.any = True
            elif not any(call == self._committed for _, call, _ in connection.run_on_commit):
                transaction.on_commit(self._committed)
        return result

    def _committed(self):
        self.any = True
