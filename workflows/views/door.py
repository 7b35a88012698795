"""The public door: notices, objections, clues and answers for people who are not signed in.

Who is signed in at the browser is never asked: no page of this module reads the session.
"""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.views.decorators.http import require_http_methods, require_safe

from registers import clock
from registers.access import NotAllowed
from registers.refusals import Refused
from registers.views import sent
from registers.views.incoming import files
from registers.views.paging import paged
from workflows import attachments
from workflows.forms.door import ABOUT, CLUE, AdditionForm, ClueForm, PublicObjectionForm
from workflows.models import Clue, Correction, Objection, Publication, PublicityNotice
from workflows.policies.door import the_rules, visitor
from workflows.publicity import captcha, door, objections, rate_limits, receipts
from workflows.views.publications import rows_of
from workflows.views.publicity import places_of, table_of

PROGRAM = "提交没有被接受。请刷新页面后重新填写，不要使用自动填写。"
NO_CODE = "没有这个查询码，请核对后重新输入。查询码共 20 位，不含字母 I、L、O、U。"


def _page(request, name, *, status=200, has_form=False, **context):
    """Render a page of the door without anything of the request but the token of its form."""
    rules = the_rules()
    if rules is None or not rules.public_door.enabled:
        raise Http404
    context |= {
        "csrf_token": get_token(request) if has_form else "",
        "door": rules.public_door,
        "office": {"label": rules.roles.get("office", "领导小组办公室"), "contact": rules.identity.contact},
        "institution_name": rules.identity.institution,
        "site_title": rules.identity.product_word,
        "accepted": attachments.ACCEPTED,
        "accepted_words": attachments.ACCEPTED_WORDS,
        "most": attachments.MOST,
    }
    response = HttpResponse(render_to_string(name, context), status=status)
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response["Cache-Control"] = "no-store"
    return response


@login_not_required
@require_safe
def public_list(request):
    """The notices that stand at the door. Context: ``page``, its notices with their ``places``."""
    rows = PublicityNotice.objects.visible_to(visitor()).select_related("unit")
    page = paged(request, rows)
    for notice in page.rows:
        notice.places = places_of(notice.items_on(clock.today()))
    return _page(request, "public/public_list.html", page=page)


@login_not_required
@require_safe
def public_notice(request, pk):
    """One notice, or 410 where it has ended.

    Context: ``notice``, ``table``, ``corrections``, ``takes`` (of anonymous objections).
    """
    notice = _at_the_door(pk)
    if notice is None:
        return _page(request, "public/public_ended.html", status=410)
    return _page(
        request,
        "public/public_notice.html",
        notice=notice,
        table=table_of(notice, notice.items_on(clock.today())),
        corrections=Correction.objects.visible_to(visitor()).filter(notice=notice),
        places=places_of(notice.items_on(clock.today())),
        takes=_takes(notice),
    )


@login_not_required
@require_safe
def public_publications(request):
    """The standing lists that hold today. Context: ``page``."""
    rows = Publication.objects.visible_to(visitor()).select_related("unit")
    return _page(request, "public/public_publications.html", page=paged(request, rows))


@login_not_required
@require_safe
def public_publication(request, pk):
    """One standing list. Context: ``publication``, ``rows`` (see ``publications.rows_of``)."""
    publication = get_object_or_404(Publication.objects.visible_to(visitor()).select_related("unit"), pk=pk)
    rows = rows_of(publication, publication.items)
    return _page(request, "public/public_publication.html", publication=publication, rows=rows)


def _at_the_door(pk):
    """Return the notice that stands at the door, None where it has ended. Raises ``Http404`` for what never stood there."""
    nobody = visitor()
    notice = PublicityNotice.objects.visible_to(nobody).with_rules().select_related("unit").filter(pk=pk).first()
    if notice is None and not PublicityNotice.objects.listed_to(nobody).filter(pk=pk).exists():
        raise Http404
    return notice


def _takes(notice):
    return door.anonymity(notice.task.rules, the_rules().public_door)


# --- Sending something ---------------------------------------------------------------------------------------------


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def public_object(request, pk):
    """Object to a notice.

    Context: ``notice``, ``form``, ``question``, ``takes``; after that the slip with the code.
    """
    notice = _at_the_door(pk)
    if notice is None:
        return _page(request, "public/public_ended.html", status=410, typed=request.POST.get("text", ""))
    purpose = f"notice:{pk}"
    if request.method != "POST":
        return _objection_page(request, notice, PublicObjectionForm(notice=notice), purpose)
    form = PublicObjectionForm(request.POST, notice=notice)
    if request.POST.get("category") == CLUE:
        return _whom(request, notice=pk, text=request.POST.get("text", ""))
    return _sent(
        request,
        form,
        purpose,
        act=lambda said, code, uploads: door.object_publicly(
            notice,
            said,
            code=code,
            at=clock.now(),
            row=form.cleaned_data["row"],
            category=form.cleaned_data["category"],
            uploads=uploads,
        ),
        again=lambda: _objection_page(request, notice, form, purpose),
    )


def _objection_page(request, notice, form, purpose):
    context = {"notice": notice, "form": form, "takes": _takes(notice), "question": _question(form, purpose)}
    return _page(request, "public/public_object.html", status=422 if form.errors else 200, has_form=True, **context)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def public_clue(request):
    """Give the 纪委 a clue: first whom it is about, then the rest.

    Where it is about leaders of the school or about the 纪委, the page names the channel above and holds no form; what is posted
    all the same is shown again and kept nowhere. Context: ``about``, ``form``, ``question``, ``beside`` (id of a notice).
    """
    given = request.POST if request.method == "POST" else request.GET
    about, beside = given.get("about", ""), given.get("notice", "")
    if about not in dict(ABOUT):
        error = "请选择反映对象。" if "about" in request.POST or "token" in request.POST else ""
        return _whom(request, notice=beside, text=request.POST.get("text", ""), error=error)
    if about not in Clue.About.values:
        return _page(request, "public/public_upper.html", typed=request.POST.get("text", ""))
    if request.method != "POST" or "token" not in request.POST:
        return _clue_page(request, ClueForm(initial={"about": about, "text": given.get("text", "")}), about, beside)
    form = ClueForm(request.POST)
    notice = PublicityNotice.objects.listed_to(visitor()).filter(pk=sent.key(beside)).first()
    return _sent(
        request,
        form,
        "clue",
        act=lambda said, code, uploads: door.give_clue(
            said, about=about, code=code, at=clock.now(), notice=notice, uploads=uploads
        ),
        again=lambda: _clue_page(request, form, about, beside),
    )


def _whom(request, *, notice, text, error=""):
    context = {"choices": ABOUT, "beside": notice, "typed": text, "error": error}
    return _page(request, "public/public_whom.html", status=422 if error else 200, has_form=True, **context)


def _clue_page(request, form, about, beside):
    context = {"form": form, "about": about, "about_words": dict(ABOUT)[about], "beside": beside}
    status = 422 if form.errors else 200
    return _page(
        request, "public/public_clue.html", status=status, has_form=True, question=_question(form, "clue"), **context
    )


def _question(form, purpose):
    """Return the question of a form: the one that was answered while nothing was wrong with the answer, else a new one."""
    answered = form.is_bound and "answer" not in form.errors
    return (captcha.again(form.data.get("token", "")) if answered else None) or captcha.ask(purpose, at=clock.now())


def _sent(request, form, purpose, *, act, again):
    """Do what a form asks for, once its question is answered and the limits leave room, and show the slip with the code.

    ``act`` is called with what was said, the code and the files; ``again`` makes the page of a form that was refused.
    """
    at, address = clock.now(), request.META.get("REMOTE_ADDR", "")
    counted = [("taken", address), *([("notice", address, purpose)] if purpose != "clue" else [])]
    try:
        nonce = _proven(form, purpose, address, at)
        for kind, *about in counted:
            rate_limits.require_left(kind, *about, at=at)
        if not form.is_valid():
            return again()
        typed = form.cleaned_data
        code = receipts.code_for(nonce)
        act(door.Said(typed["text"], typed["name"], typed["contact"]), code, files(request))
    except (Refused, NotAllowed) as refused:
        form.is_valid()
        field = getattr(refused, "field", "")
        form.add_error(field if field in form.fields else None, str(refused))
        form.files_error = str(refused) if field == "files" else ""
        return again()
    for kind, *about in counted:
        rate_limits.spend(kind, *about, at=at)
    slip = {"code": receipts.shown(code), "site": settings.SITE_URL, "on": clock.today()}
    return _page(request, "public/public_slip.html", is_clue=purpose == "clue", **slip)


def _proven(form, purpose, address, at):
    """Return the random number of a form that a person has sent. Raises ``Refused``."""
    rate_limits.spend("tries", address, at=at)
    token, answer = form.data.get("token", ""), form.data.get("answer", "")
    if form.data.get("website"):
        raise Refused(PROGRAM)
    rate_limits.spend("form", token, at=at)
    return captcha.nonce_of(token, answer, purpose, at=at)


# --- Following the answer ------------------------------------------------------------------------------------------


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def public_receipt(request):
    """Follow by its code what was sent, add to it, or take an objection back.

    The code is posted, so that it stands in no address and no log. Context: ``thing`` (an objection or a clue), ``form``, ``code``.
    """
    if request.method != "POST":
        return _page(request, "public/public_receipt.html", has_form=True)
    at, address, typed = clock.now(), request.META.get("REMOTE_ADDR", ""), request.POST.get("code", "")
    try:
        rate_limits.require_left("codes", address, at=at)
    except Refused as refused:
        return _page(request, "public/public_receipt.html", status=422, has_form=True, error=str(refused), typed=typed)
    thing = receipts.holder(typed)
    if thing is None:
        rate_limits.spend("codes", address, at=at)
        return _page(request, "public/public_receipt.html", status=422, has_form=True, error=NO_CODE, typed=typed)
    form, done = AdditionForm(), ""
    try:
        if request.POST.get("do") == "add":
            form = AdditionForm(request.POST)
            if form.is_valid():
                door.add(thing, form.cleaned_data["text"], at=at)
                form, done = AdditionForm(), "补充已送达。"
        elif request.POST.get("do") == "retract" and isinstance(thing, Objection):
            door.retract(thing, at=at)
            done = "异议已撤回。"
    except Refused as refused:
        form.is_bound = True
        form.full_clean()
        form.add_error(None, str(refused))
    return _followed(request, thing, form, done=done)


def _followed(request, thing, form, *, done):
    thing = receipts.as_it_stands(thing)
    is_clue = isinstance(thing, Clue)
    context = {
        "thing": thing,
        "is_clue": is_clue,
        "answered": thing if is_clue or thing.into_id is None else thing.into,
        "due_on": None if is_clue else objections.due_on(thing, the_rules().public_door),
        "additions": list(thing.additions.values_list("on", "text")),
        "form": form,
        "done": done,
        "code": request.POST.get("code", ""),
    }
    return _page(request, "public/public_followed.html", status=422 if form.errors else 200, has_form=True, **context)
