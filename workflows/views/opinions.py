"""Pages of what comes of an inspection: opinion, the unit's answer, conclusion, refusal to sign."""

from django.views.decorators.http import require_http_methods

from registers import clock
from registers.access import require
from workflows.forms import inspections as forms
from workflows.supervision import opinions
from workflows.views.form_pages import form_page
from workflows.views.inspections import crumbs_to, done, visible


@require_http_methods(["GET", "HEAD", "POST"])
def inspection_opinion(request, pk):
    """Give the preliminary opinion of an inspection. Context: see ``form_page``."""
    return _opinion(
        request, pk, "opine", title="初步意见", act=opinions.opine, said="初步意见已发给被检查单位，等待答复。"
    )


@require_http_methods(["GET", "HEAD", "POST"])
def inspection_conclude(request, pk):
    """Give the final opinion of an inspection. Context: see ``form_page``."""
    return _opinion(request, pk, "conclude", title="检查结论", act=opinions.conclude, said="结论已作出，请双方签字。")


def _opinion(request, pk, action, *, title, act, said):
    inspection = visible(request, pk)
    require(request.actor, action, inspection)
    intro = (
        f"单位的意见（{inspection.get_stand_display()}）：{inspection.answer or '无'}" if inspection.answered_at else ""
    )
    page = {"title": title, "crumbs": crumbs_to(inspection), "submit": f"提出{title}", "intro": intro}
    page["seen_version"] = inspection.version
    if request.method != "POST":
        return form_page(request, forms.OpinionForm(initial={"words": inspection.preliminary}), **page)
    form = forms.OpinionForm(request.POST)
    if not form.is_valid():
        return form_page(request, form, **page)
    words = form.cleaned_data["words"]
    return done(
        request,
        inspection,
        form,
        page,
        act=lambda seen: act(pk, words=words, seen_version=seen, actor=request.actor, at=clock.now()),
        said=said,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def inspection_answer(request, pk):
    """Answer the preliminary opinion for the unit. Context: see ``form_page``."""
    inspection = visible(request, pk)
    require(request.actor, "answer", inspection)
    page = {
        "title": "答复初步意见",
        "crumbs": crumbs_to(inspection),
        "submit": "提交答复",
        "intro": inspection.preliminary,
    }
    page["seen_version"] = inspection.version
    form = forms.AnswerForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return form_page(request, form, **page)
    typed = form.cleaned_data
    return done(
        request,
        inspection,
        form,
        page,
        act=lambda seen: opinions.answer(
            pk, stand=typed["stand"], words=typed["answer"], seen_version=seen, actor=request.actor, at=clock.now()
        ),
        said="已答复。检查组将据此作出结论。",
    )


@require_http_methods(["GET", "HEAD", "POST"])
def inspection_refuse(request, pk):
    """Record that the unit refuses to sign. Context: see ``form_page``."""
    inspection = visible(request, pk)
    require(request.actor, "refuse", inspection)
    page = {"title": "记录拒签", "crumbs": crumbs_to(inspection), "submit": "记录拒签"}
    form = forms.RefusalForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return form_page(request, form, **page)
    said = form.cleaned_data
    return done(
        request,
        inspection,
        form,
        page,
        act=lambda seen: opinions.refuse(pk, **said, actor=request.actor, at=clock.now()),
        said="已记录。",
    )
