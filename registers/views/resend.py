"""Forms that arrive after their session has ended.

The user was signed out meanwhile, or signed in anew. What he typed comes back to him (reliability M3).
"""

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import JsonResponse
from django.shortcuts import render

EXPIRED = "登录已超时：请在新标签页重新登录，再点“保存草稿”。"
SIGNED_IN_ANEW = "您在别处重新登录过：请点“保存草稿”，再按提示重新提交。"


def csrf_failure(request, reason=""):
    """Answer a form whose CSRF token is wrong.

    If the page was opened under an earlier sign-in, what was typed comes back. A form from another site gets nothing
    back.
    """
    if not is_ours(request) or not request.user.is_authenticated:
        return render(request, "403_csrf.html", status=403)
    if by_script(request):
        return JsonResponse({"message": SIGNED_IN_ANEW}, status=401)
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


def is_ours(request):
    """Return whether the browser says that a page of this site sent the form.

    Other forms get nothing back: somebody could be lured into sending it again.
    """
    origin = f"{request.scheme}://{request.get_host()}"
    return request.headers.get("Origin") == origin or request.headers.get("Sec-Fetch-Site") == "same-origin"


def by_script(request):
    """Return whether a script of ours sent the request, which takes its answer apart itself."""
    return request.headers.get("X-Requested-With") == "fetch" or bool(request.headers.get("HX-Request"))
