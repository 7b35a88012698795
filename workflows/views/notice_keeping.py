"""What those who keep a notice or a publication do: list places, attach files, fetch its records.

The same views serve both. What the page shows of it is ``notice_beside``.
"""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from registers import audit, clock
from registers.access import require
from registers.jobs import as_attachment
from registers.refusals import Refused
from registers.views.incoming import files
from registers.views.papers import download
from registers.views.sent import key
from workflows.compiled import publications as papers
from workflows.forms.publications import DayForm, PlaceForm
from workflows.models import NoticePlace, Publication, PublicityNotice, PublicRecord
from workflows.policies.door import beside_rules
from workflows.policies.publications import subject_of
from workflows.publicity import attaching, places
from workflows.views.notice_beside import NOUNS
from workflows.views.publications import publication_page
from workflows.views.publicity import notice_page


def _readable(request, model, pk):
    """A notice or a publication that the reader may see, with what its page needs. Raises ``Http404``."""
    rows = model.objects.visible_to(request.actor).with_rules().select_related("unit", "drafted_by", "released_by")
    related = "follows" if model is PublicityNotice else "replaces"
    return get_object_or_404(beside_rules(rows.select_related(related)), pk=pk)


def _page(request, about, **refused):
    """Show the page of a notice or a publication with a form that was refused."""
    page = notice_page if isinstance(about, PublicityNotice) else publication_page
    return page(request, about, kept=refused)


@require_POST
def notice_place_add(request, pk):
    """List another place where a notice hangs."""
    return _place_add(request, PublicityNotice, pk)


@require_POST
def publication_place_add(request, pk):
    """List another place where a publication hangs."""
    return _place_add(request, Publication, pk)


def _place_add(request, model, pk):
    about = _readable(request, model, pk)
    require(request.actor, "keep", about)
    form = PlaceForm(request.POST)
    if form.is_valid():
        try:
            places.add(about, form.cleaned_data["label"], actor=request.actor, at=clock.now())
        except Refused as refused:
            form.add_error("label", str(refused))
        else:
            messages.success(request, "已列入公示的地方，张贴后请登记。")
            return redirect(f"{reverse(f'{NOUNS[model]}_detail', args=[pk])}#places")
    return _page(request, about, place_form=form)


@require_POST
def place_post(request, pk):
    """Say that a notice was put up at a place."""
    return _place(request, pk, places.post, "已登记张贴。", "张贴")


@require_POST
def place_take(request, pk):
    """Say that a notice was taken down at a place."""
    return _place(request, pk, places.take, "已登记撤下。", "撤下")


def _place(request, pk, act, done, what):
    rows = NoticePlace.objects.visible_to(request.actor).select_related("notice", "publication")
    place = get_object_or_404(rows, pk=pk)
    about = subject_of(place)
    form = DayForm(request.POST, what=what)
    if form.is_valid():
        try:
            act(place, form.cleaned_data["on"], actor=request.actor, at=clock.now())
        except Refused as refused:
            form.add_error("on", str(refused))
        else:
            messages.success(request, done)
            return redirect(f"{reverse(f'{NOUNS[type(about)]}_detail', args=[about.pk])}#places")
    return _page(request, _readable(request, type(about), about.pk), day=(pk, form))


@require_POST
def notice_attach(request, pk):
    """Add files to the draft of a notice, and take off those that are ticked."""
    return _attach(request, PublicityNotice, pk)


@require_POST
def publication_attach(request, pk):
    """Add files to the draft of a publication, and take off those that are ticked."""
    return _attach(request, Publication, pk)


def _attach(request, model, pk):
    about = _readable(request, model, pk)
    require(request.actor, "attach", about)
    try:
        new = attaching.attach(about, files(request), actor=request.actor, at=clock.now())
    except Refused as refused:
        return _page(request, about, file_error=str(refused))
    for file in request.POST.getlist("drop"):
        attaching.detach(about, key(file), actor=request.actor, at=clock.now())
    messages.success(request, f"附件已保存，新增 {new} 个。" if new else "附件已保存。")
    return redirect(f"{reverse(f'{NOUNS[model]}_detail', args=[pk])}#files")


@require_safe
def notice_closing(request, pk, form):
    """The closing sheet of a notice (公示情况说明), for those who keep it."""
    notice = _readable(request, PublicityNotice, pk)
    require(request.actor, "keep", notice)
    paper = papers.closing_of(notice) if notice.released_at is not None else None
    if paper is None:
        raise Http404
    audit.append("paper.export", about=notice, actor=request.actor, detail={"form": form, "paper": "notice-closing"})
    return download(request, paper, form, f"{paper.title}（{notice.title}）")


@require_safe
def public_record(request, pk):
    """The page as it was public, to be kept as a file."""
    record = get_object_or_404(PublicRecord.objects.visible_to(request.actor), pk=pk)
    audit.append("paper.export", about=record, actor=request.actor, detail={"digest": record.digest})
    response = as_attachment(
        HttpResponse(bytes(record.content)), f"公开留痕 {record.first_day}（{record.digest[:8]}）.html"
    )
    response["Content-Security-Policy"] = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
    return response
