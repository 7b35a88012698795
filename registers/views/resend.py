"""Forms that arrive after their session has ended.

The user was signed out meanwhile, or signed in anew. What he typed comes back to him.
"""

import re

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.core.exceptions import SuspiciousOperation
from django.http import JsonResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.middleware.csrf import get_token
from django.shortcuts import render

from registers.text import without_unseen

_TOKEN = re.compile(r"[\w.:/-]*", re.ASCII)
EXPIRED = "登录已超时：请在新标签页重新登录，所填内容仍在本页，登录后自动保存。"
SIGNED_IN_ANEW = "您重新登录过，正在用新的登录状态保存…"


def csrf_failure(request, reason=""):
    """Answer a form whose CSRF token is wrong.

    If the page was opened under an earlier sign-in, what was typed comes back. A form from another site gets nothing
    back.
    """
    if not is_ours(request) or not request.user.is_authenticated:
        return render(request, "403_csrf.html", status=403)
    if by_script(request):
        # A page of this site asked, so it may go on with a token of the new sign-in, if it is the same person's.
        again = {"token": get_token(request), "user": request.user.number}
        return JsonResponse({"message": SIGNED_IN_ANEW, **again}, status=401)
    return _offer_again(request, "请再提交一次", status=403)


class SignInMiddleware(LoginRequiredMiddleware):
    """Middleware that sends strangers to the sign-in page together with the form they have filled."""

    def handle_no_permission(self, request, view_func):
        if request.method != "POST" or not is_ours(request):
            return super().handle_no_permission(request, view_func)
        if by_script(request):
            return JsonResponse({"message": EXPIRED}, status=401)
        return _offer_again(request, "登录已超时，内容还在", status=401)


def _offer_again(request, title, *, status):
    """Show the posted form as hidden fields with a button."""
    return render(request, "resend.html", {"title": title, "fields": fields_of(request)}, status=status)


def fields_of(request):
    """Return what a form has sent as ``[(name, value)]``, without passwords."""
    return [
        (name, value)
        for name, values in request.POST.lists()
        if name != "csrfmiddlewaretoken" and "password" not in name
        for value in values
    ]


def words_typed(request):
    """Return the texts of a refused form of this site, so that the answer can give them back.

    Passwords and what only the page itself put into the form (keys, numbers, codes) are left out.
    """
    if request.method != "POST" or not is_ours(request):
        return []
    try:
        sent = [text for name, values in request.POST.lists() if "password" not in name for text in values]
    except (SuspiciousOperation, MultiPartParserError, UnreadablePostError):  # it cannot be read
        return []
    texts = dict.fromkeys(without_unseen(text)[0] for text in sent)
    return [text for text in texts if text.strip() and not _TOKEN.fullmatch(text)]


def is_ours(request):
    """Return whether the browser says that a page of this site sent the form.

    Other forms get nothing back: somebody could be lured into sending it again.
    """
    origin = f"{request.scheme}://{request.get_host()}"
    return request.headers.get("Origin") == origin or request.headers.get("Sec-Fetch-Site") == "same-origin"


def by_script(request):
    """Return whether a script of ours sent the request, which takes its answer apart itself."""
    return request.headers.get("X-Requested-With") == "fetch" or bool(request.headers.get("HX-Request"))
