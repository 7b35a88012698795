"""The pages of refusals and errors: a sentence in Chinese, never a trace."""

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import JsonResponse
from django.shortcuts import render

from registers import audit
from registers.access import NotAllowed
from registers.refusals import Refused, Stale
from registers.views import busy, resend
from registers.views.incoming import Unreadable

BACK = "请用浏览器的“后退”回到上一页，内容仍在，"
TOO_MUCH = "提交的内容过多（一次最多 {fields} 个字段、{megabytes} MB 文字），没有保存。" + BACK + "删减或分几次提交。"
TOO_LARGE = "所选文件过多或过大，没有上传，其余内容也没有保存。" + BACK + "减少文件后再提交。"


def bad_request(request, exception=None):
    """Answer 400: the request cannot be read. 413: it holds more than any form may."""
    if isinstance(exception, Unreadable):
        return refused(request, exception, status=400)
    if isinstance(exception, TooManyFilesSent):
        return refused(request, TOO_LARGE, status=413)
    if isinstance(exception, TooManyFieldsSent | RequestDataTooBig):
        most = {
            "fields": settings.DATA_UPLOAD_MAX_NUMBER_FIELDS,
            "megabytes": settings.DATA_UPLOAD_MAX_MEMORY_SIZE >> 20,
        }
        return refused(request, TOO_MUCH.format(**most), status=413)
    return render(request, "400.html", status=400)


def forbidden(request, exception=None):
    """Answer 403 with the reason that the refusal gave."""
    return _answer(request, "403.html", str(exception or ""), status=403)


def refused(request, exception, status):
    """Answer with the reason, where the page that was sent has no place of its own for it."""
    return _answer(request, "refused.html", str(exception), status=status)


def not_found(request, exception=None):
    """Answer 404, the same for what does not exist and for what the reader may not see."""
    return _answer(request, "404.html", "", status=404)


def _answer(request, page, reason, *, status):
    """Answer with a page that holds what was typed, or a script with one sentence."""
    if resend.by_script(request):
        return JsonResponse({"message": reason or "这项内容已不存在，或不再对您开放。"}, status=status)
    context = {"reason": reason, "code": status, "typed": resend.words_typed(request)}
    return render(request, page, context, status=status)


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

    def process_exception(self, request, exception):
        if isinstance(exception, Refused | Stale):
            return refused(request, exception, status=409 if isinstance(exception, Stale) else 422)
        if not isinstance(exception, NotAllowed):
            return None
        audit.append(
            "access.denied", actor=request.actor, detail={"action": exception.action, "about": exception.about}
        )
        return forbidden(request, exception)
