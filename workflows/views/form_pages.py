"""A form on a page of its own, and what a page says of an act that was refused or came too late."""

from django.contrib import messages
from django.shortcuts import redirect, render

from registers import clock
from registers.refusals import Refused, Stale
from registers.views.sent import number

FASTER = "这一项刚被他人修改，您的修改没有保存。下面是您填写的内容，核对后再保存即以此为准。"


def form_page(request, form, *, title, crumbs, submit, intro="", seen_version=None, files=None, file_error=""):
    """Render a form on a page of its own.

    Context: ``form``, ``title``, ``crumbs``, ``submit`` (label of the button), ``intro``, ``seen_version``, and where files can be
    handed in ``files`` with the names that ``components/file_input.html`` takes and ``kept`` (those that may be removed), ``file_error``.
    """
    context = {
        "form": form,
        "title": title,
        "crumbs": crumbs,
        "submit": submit,
        "intro": intro,
        "seen_version": seen_version,
        "files": files,
        "file_error": file_error,
        **(files or {}),
    }
    refused = form.is_bound and (bool(form.errors) or bool(file_error))
    return render(request, "workflows/form_page.html", context, status=422 if refused else 200)


def acting(request):
    """Return who acts, when, and upon which version: what an act takes beside the words of its form."""
    return {"seen_version": number(request.POST.get("seen_version")), "actor": request.actor, "at": clock.now()}


def add_refusal(form, refused, *, files=False):
    """Put a refusal on its form: at its field, or at the top where the form has no such field.

    ``files``: what is wrong with the files is returned instead, for a page that says so beside them. Otherwise "".
    """
    if files and refused.field == "files":
        return str(refused)
    form.add_error(refused.field if refused.field in form.fields else None, refused.messages)
    return ""


def done(request, form, again, *, act, anew, seen, said, back):
    """Do what a form asks for and lead to a page, or show the form again with what is wrong.

    ``act``: takes the version that was seen. ``again``: shows the form, and takes a version: that of ``seen`` after a refusal,
    that of ``anew()`` where somebody was faster. ``said``: what is said when it is done. ``back``: name of the page, and the id.
    """
    try:
        act(number(request.POST.get("seen_version")))
    except Refused as refused:
        add_refusal(form, refused)
        return again(seen)
    except Stale:
        form.add_error(None, FASTER)
        return again(anew().version)
    messages.success(request, said)
    return redirect(back[0], pk=back[1])
