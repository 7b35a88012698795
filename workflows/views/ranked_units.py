"""Pages of one unit in a ranking: figures and their sources, points off, what it contests."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from registers import clock
from registers.access import can, require
from registers.refusals import Refused
from registers.views.incoming import files
from workflows import attachments
from workflows.forms import rankings as forms
from workflows.models import RankedUnit, RankingContest, RankingEntry, RankingFigure
from workflows.publicity.rankings import computing, contests, releasing, shown
from workflows.views.activities import FILES
from workflows.views.form_pages import add_refusal, form_page
from workflows.views.rankings import crumbs_of

EVIDENCE = FILES | {"label": "依据材料"}

# What leads to a thing that a figure counts. Letters are counted only: nothing leads to one.
DOORS = {
    "submission": "submission_detail",
    "measure": "measure_detail",
    "finding": "finding_detail",
    "survey": "survey_detail",
}


def _ranked(request, pk):
    rows = RankedUnit.objects.visible_to(request.actor)
    rows = rows.select_related("unit", "ranking__campaign__scheme", "ranking__campaign__institution")
    return get_object_or_404(rows, pk=pk)


def _crumbs(ranked):
    return [*crumbs_of(ranked.ranking), (ranked.unit.name, reverse("ranking_unit", args=[ranked.pk]))]


@require_safe
def ranking_unit(request, pk):
    """One unit's figures, each explained and traced to the sheets it came from.

    Context: ``ranked``, ``ranking``, ``band``, ``figures`` (with ``label``, ``weight``, ``explained``, ``share``, ``things``), ``picture``,
    ``entries`` and ``contests`` in words, ``trend`` and ``line``, ``may`` (action → verdict), ``crumbs``.
    """
    ranked = _ranked(request, pk)
    ranking, rules, actor = ranked.ranking, ranked.ranking.rules, request.actor
    figures = list(RankingFigure.objects.visible_to(actor).filter(ranked=ranked))
    for figure in figures:
        figure.rule = rules.figure(figure.code)
        figure.share = releasing.percent(figure.number, figure.of)
        figure.things = [_thing(source) for source in figure.sources]
    entries = list(RankingEntry.objects.visible_to(actor).filter(ranked=ranked))
    labels = {one.code: one.label for one in (*rules.deductions, *rules.vetoes)}
    for entry in entries:
        entry.label = labels.get(entry.code, entry.code)
    said = RankingContest.objects.visible_to(actor).filter(ranked=ranked).select_related("figure", "entry", "by")
    said = list(said.prefetch_related(attachments.of_each()))
    for contest in said:
        contest.about = shown.about(rules, contest)
        contest.ranked = ranked
        contest.may_answer = can(actor, "answer", contest)
    trend = releasing.trend(releasing.released(), ranked.unit.code)
    context = {
        "ranked": ranked,
        "ranking": ranking,
        "rules": rules,
        "band": shown.band_label(rules, ranked),
        "figures": figures,
        "picture": shown.of_figures(rules, figures),
        "entries": entries,
        "contests": said,
        "trend": trend,
        "line": shown.of_trend(ranked.unit.name, trend),
        "may": {action: can(actor, action, ranked) for action in ("enter", "contest")},
        "crumbs": crumbs_of(ranking),
    }
    return render(request, "workflows/ranking_unit.html", context)


def _thing(source):
    counts, kind, key, label, note = source
    url = reverse(DOORS[kind], args=[key]) if kind in DOORS else ""
    return {"counts": counts, "url": url, "label": label, "note": note}


@require_http_methods(["GET", "HEAD", "POST"])
def ranking_entry_add(request, pk):
    """Enter what takes points off a unit. Context: see ``form_page``."""
    ranked = _ranked(request, pk)
    require(request.actor, "enter", ranked)
    page = {
        "title": "登记扣分、否决事项",
        "crumbs": _crumbs(ranked),
        "submit": "登记",
        "intro": f"{ranked.unit.name}。不写人员姓名，公布的结果也不列出。",
    }
    start = {"times": 1, "origin": RankingEntry.Origin.FOUND}
    form = forms.EntryForm(request.POST or None, rules=ranked.ranking.rules, initial=start)
    if request.method != "POST" or not form.is_valid():
        return form_page(request, form, **page)
    computing.enter(ranked, values=form.values, actor=request.actor, at=clock.now())
    messages.success(request, "已登记。")
    return redirect("ranking_unit", pk=pk)


@require_POST
def ranking_entry_drop(request, pk):
    """Drop an entry that was made by mistake."""
    entry = get_object_or_404(RankingEntry.objects.visible_to(request.actor).select_related("ranked__unit"), pk=pk)
    computing.drop(entry, actor=request.actor, at=clock.now())
    messages.success(request, "已撤销，记录保留。")
    return redirect("ranking_unit", pk=entry.ranked_id)


@require_http_methods(["GET", "HEAD", "POST"])
def ranking_leave_out(request, pk):
    """Leave a unit out of the ranking, or take it in again. Context: see ``form_page``."""
    ranked = _ranked(request, pk)
    require(request.actor, "enter", ranked)
    page = {"title": "不参加排名", "crumbs": _crumbs(ranked), "submit": "保存", "intro": ranked.unit.name}
    form = forms.LeaveOutForm(request.POST if request.method == "POST" else None, initial={"why": ranked.left_out})
    if request.method != "POST" or not form.is_valid():
        return form_page(request, form, **page)
    try:
        computing.leave_out(ranked, why=form.cleaned_data["why"], actor=request.actor, at=clock.now())
    except Refused as refused:
        form.add_error(refused.field or None, refused.messages)
        return form_page(request, form, **page)
    messages.success(request, "已保存。")
    return redirect("ranking_unit", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
def ranking_contest(request, pk):
    """Contest a figure of one's unit. Context: see ``form_page``."""
    ranked = _ranked(request, pk)
    require(request.actor, "contest", ranked)
    rules = ranked.ranking.rules
    labels = {one.code: one.label for one in (*rules.deductions, *rules.vetoes)}
    known, about = {}, []
    for kind, row in contests.targets(ranked):
        known[f"{kind}:{row.pk}"] = {kind: row}
        rule = rules.figure(row.code) if kind == "figure" else None
        words = f"{rule.label}（{row.number}/{row.of}）" if rule else labels.get(row.code, row.code)
        about.append((f"{kind}:{row.pk}", words))
    page = {
        "title": "对排名数据提出异议",
        "crumbs": _crumbs(ranked),
        "submit": "提交",
        "intro": f"截止 {ranked.ranking.contest_until}。每项数据分别提出，办公室逐项答复。",
        "files": EVIDENCE,
    }
    form = forms.ContestForm(request.POST if request.method == "POST" else None, about=about)
    if request.method != "POST" or not form.is_valid():
        return form_page(request, form, **page)
    typed = form.cleaned_data
    said = {"claim": typed["claim"], "uploads": files(request), "actor": request.actor, "at": clock.now()}
    try:
        contests.contest(ranked, **known[typed["about"]], **said)
    except Refused as refused:
        if refused.field == "files":
            return form_page(request, form, **page, file_error=str(refused))
        add_refusal(form, refused)
        return form_page(request, form, **page)
    messages.success(request, "已提交，等待办公室答复。")
    return redirect("ranking_unit", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
def ranking_answer(request, pk):
    """Answer what a unit contested. Context: see ``form_page``."""
    rows = RankingContest.objects.visible_to(request.actor)
    rows = rows.select_related("ranked__unit", "ranked__ranking__campaign__scheme", "figure", "entry")
    contest = get_object_or_404(rows, pk=pk)
    require(request.actor, "answer", contest)
    about = shown.about(contest.ranked.ranking.rules, contest)
    now = f"（现为 {contest.figure.number}/{contest.figure.of}）" if contest.figure_id else ""
    page = {
        "title": "答复异议",
        "crumbs": _crumbs(contest.ranked),
        "submit": "答复",
        "intro": f"{about}{now}：{contest.claim}",
    }
    form = forms.AnswerForm(request.POST if request.method == "POST" else None, is_figure=bool(contest.figure_id))
    if request.method != "POST" or not form.is_valid():
        return form_page(request, form, **page)
    try:
        contests.answer(pk, **form.cleaned_data, actor=request.actor, at=clock.now())
    except Refused as refused:
        add_refusal(form, refused)
        return form_page(request, form, **page)
    messages.success(request, "已答复，名次同时重新计算。")
    return redirect("ranking_unit", pk=contest.ranked_id)
