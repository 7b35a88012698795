"""Pages of rankings of units: the list of years, one ranking, its way to the release, its files."""

from functools import cache

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from registers import audit, clock
from registers.access import Seen, can, require
from registers.jobs import as_attachment
from registers.papers import pictured
from registers.papers.compose import compose
from registers.papers.writing import ledger_workbook
from registers.prepared import Given
from registers.refusals import Refused, Stale
from registers.views.one import one_or_404
from registers.views.papers import download
from registers.views.sent import number
from workflows.campaign import campaigns
from workflows.compiled import rankings as papers
from workflows.forms import rankings as forms
from workflows.models import RankedUnit, Ranking, RankingContest
from workflows.publicity.rankings import computing, releasing, shown

CRUMB = "单位排名"
MOVED = "排名数据刚有变动，请核对现在的数据后重新办理。"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def crumbs_of(ranking=None):
    """Return the way back from a page about a ranking."""
    crumbs = [(CRUMB, reverse("ranking_list"))]
    return crumbs if ranking is None else [*crumbs, (str(ranking), reverse("ranking_detail", args=[ranking.pk]))]


def visible(request, pk):
    """Return the ranking ``pk`` as far as the reader may know of it. Raises ``Http404``."""
    return one_or_404(_by_key(), request.actor, pk=pk)


@cache
def _by_key():
    rows = Ranking.objects.filter(pk=Given("pk"))
    return Seen(rows.select_related("campaign__scheme", "campaign__institution"))


@cache
def _rows():
    return Seen(Ranking.objects.select_related("campaign__scheme").order_by("-campaign__year"))


@require_safe
def ranking_list(request):
    """List the rankings that the reader may read, the latest year first.

    Context: ``rankings``, ``campaign`` (of which one may be computed), ``may_compute``, ``trend`` of the reader's own unit and its picture
    ``line``.
    """
    actor = request.actor
    rows = _rows().by(actor)
    campaign = campaigns.current_or_ended()
    known = {row.campaign_id: row for row in rows}
    candidate = None
    if campaign is not None:
        candidate = known.get(campaign.pk) or Ranking(campaign=campaign)
    own = actor.user.unit if actor.user.unit_id else None
    released = [row for row in rows if row.released_at]
    trend = releasing.trend(released, own.code) if own else []
    context = {
        "rankings": rows,
        "campaign": campaign,
        "may_compute": can(actor, "compute", candidate) if candidate is not None else None,
        "computed": candidate is not None and candidate.pk is not None,
        "own": own,
        "trend": trend,
        "line": shown.of_trend(own.name, trend) if own else None,
    }
    return render(request, "workflows/ranking_list.html", context)


@require_POST
def ranking_compute(request):
    """Compute the ranking of the running campaign or the one that ended last, or once more."""
    campaign = campaigns.current_or_ended()
    if campaign is None:
        raise Http404
    ranking = computing.compute(campaign, actor=request.actor, at=clock.now())
    messages.success(request, "已计算。核对无误后，交各单位核对。")
    return redirect("ranking_detail", pk=ranking.pk)


@require_safe
def ranking_detail(request, pk):
    """One ranking. Context: see ``_page``."""
    return _page(request, visible(request, pk))


def _page(request, ranking):
    """Render one ranking.

    Context: ``ranking``, ``rules``, ``oversees``, ``groups`` (class label, rows of units that the reader may read in full),
    ``contests`` (open ones he may read), ``result`` (what everybody may read, once released), ``lacking`` (its
    problems in words), ``picture``, ``papers``, ``may`` (action → verdict), ``crumbs``.
    """
    actor, rules = request.actor, ranking.rules
    rows = list(
        RankedUnit.objects.visible_to(actor)
        .filter(ranking=ranking)
        .select_related("unit")
        .prefetch_related("figures")
        .order_by("place", "unit__position", "unit__code")
    )
    for row in rows:
        row.ranking = ranking
        row.band_label = shown.band_label(rules, row)
        row.cells = cells(rules, row.figures.all())
    contests = RankingContest.objects.visible_to(actor).filter(ranked__ranking=ranking).order_by("answered_at", "pk")
    contests = list(contests.select_related("ranked__unit", "figure", "entry"))
    for contest in contests:
        contest.about = shown.about(rules, contest)
    result = _with_shares(ranking.result) if ranking.released_at else None
    context = {
        "ranking": ranking,
        "rules": rules,
        "oversees": can(actor, "oversee", ranking),
        "groups": _groups(rules, rows),
        "contests": contests,
        "result": result,
        "lacking": [f"{label} {count} 件" for label, count in result["problems"]] if result else [],
        "picture": shown.of_result(ranking.result) if result else None,
        "papers": papers.of(ranking),
        "may": {action: can(actor, action, ranking) for action in ("compute", "show", "decide", "release")},
        "crumbs": crumbs_of(),
    }
    return render(request, "workflows/ranking_detail.html", context)


def cells(rules, figures):
    """Return a unit's figures in the order of the scheme, each as (label, number, of, share in words)."""
    there = {figure.code: figure for figure in figures}
    return [
        (
            one.label,
            there[one.code].number,
            there[one.code].of,
            releasing.percent(there[one.code].number, there[one.code].of),
        )
        for one in rules.figures
        if one.code in there
    ]


def _groups(rules, rows):
    labels = {one.code: one.label for one in rules.classes}
    groups = [(label, [row for row in rows if row.class_code == code]) for code, label in labels.items()]
    rest = [row for row in rows if row.class_code not in labels]
    return [group for group in [*groups, ("没有归类", rest)] if group[1]]


def _with_shares(result):
    """The released result with the shares of each unit in the order of the figures."""
    for group in result["classes"]:
        for unit in group["units"]:
            unit["cells"] = [
                (
                    one["label"],
                    *unit["parts"].get(one["code"], (0, 0)),
                    releasing.percent(*unit["parts"].get(one["code"], (0, 0))),
                )
                for one in result["figures"]
            ]
    return result


@require_POST
def ranking_show(request, pk):
    """Show each unit its figures."""
    ranking = visible(request, pk)
    try:
        seen = number(request.POST.get("seen_version"))
        ranking = computing.show(ranking.pk, seen_version=seen, actor=request.actor, at=clock.now())
    except Stale:
        messages.error(request, MOVED)
        return redirect("ranking_detail", pk=pk)
    messages.success(request, f"已交各单位核对，截止 {ranking.contest_until}。")
    return redirect("ranking_detail", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
def ranking_decide(request, pk):
    """Decide a ranking. Context: see ``_decision``."""
    ranking = visible(request, pk)
    require(request.actor, "decide", ranking)
    praised = [(row.pk, f"{row.unit.name}（第 {row.place} 名）") for row in releasing.proposed_praise(ranking)]
    empty = list(releasing.not_applicable(ranking))
    out = list(
        RankedUnit.objects.visible_to(request.actor).filter(ranking=ranking).exclude(left_out="").select_related("unit")
    )
    options = {"praised": praised, "consent": bool(empty or out)}
    form = forms.DecisionForm(request.POST or None, **options)
    if request.method != "POST":
        form = forms.DecisionForm(initial={"praised": [pk for pk, _ in praised]}, **options)
        return _decision(request, ranking, form, empty, out)
    if not form.is_valid():
        return _decision(request, ranking, form, empty, out)
    try:
        releasing.decide(
            pk,
            decision=form.cleaned_data["decision"],
            agrees=bool(form.cleaned_data.get("agrees")),
            praised=form.chosen,
            seen_version=number(request.POST.get("seen_version")),
            actor=request.actor,
            at=clock.now(),
        )
    except (Refused, Stale) as refused:
        form.add_error(None, MOVED if isinstance(refused, Stale) else refused.messages)
        return _decision(request, visible(request, pk), form, empty, out)
    messages.success(request, "已审定，由他人公布。")
    return redirect("ranking_detail", pk=pk)


def _decision(request, ranking, form, empty, out):
    """Render the decision.

    Context: ``form``, ``ranking``, ``empty`` (figures that do not apply, each with the units), ``out`` (units left out), ``crumbs``.
    """
    rules = ranking.rules
    named = {figure.code: (figure.label, []) for figure in rules.figures}
    for figure in empty:
        why = f"（{figure.corrected}）" if figure.corrected else ""
        named[figure.code][1].append(f"{figure.ranked.unit.name}{why}")
    listed = [found for found in named.values() if found[1]]
    context = {"form": form, "ranking": ranking, "empty": listed, "out": out, "crumbs": crumbs_of(ranking)}
    return render(request, "workflows/ranking_decide.html", context, status=422 if form.is_bound else 200)


@require_POST
def ranking_release(request, pk):
    """Release a ranking."""
    visible(request, pk)
    try:
        releasing.release(
            pk,
            reviewed=bool(request.POST.get("reviewed")),
            seen_version=number(request.POST.get("seen_version")),
            actor=request.actor,
            at=clock.now(),
        )
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("ranking_detail", pk=pk)
    except Stale:
        messages.error(request, MOVED)
        return redirect("ranking_detail", pk=pk)
    messages.success(request, "已公布，全校可以查看。")
    return redirect("ranking_detail", pk=pk)


@require_safe
def ranking_export(request, pk):
    """The figures and what they were counted from as a workbook, as far as the reader may read them."""
    ranking = visible(request, pk)
    if not RankedUnit.objects.visible_to(request.actor).filter(ranking=ranking).exists():
        raise Http404
    sheets = shown.worksheets(ranking, actor=request.actor)
    audit.append("paper.export", about=ranking, actor=request.actor, detail={"form": "xlsx"})
    answer = HttpResponse(ledger_workbook(sheets), content_type=XLSX)
    return as_attachment(answer, f"{ranking}数据.xlsx")


@require_safe
def ranking_picture(request, pk):
    """The picture of a released ranking as SVG."""
    ranking = visible(request, pk)
    if not ranking.released_at:
        raise Http404
    answer = render(
        request, "components/bars.html", {"picture": shown.of_result(ranking.result)}, content_type="image/svg+xml"
    )
    return as_attachment(answer, f"{ranking}.svg")


@require_safe
def ranking_picture_file(request, pk):
    """The picture of a released ranking and its places as PDF."""
    ranking = visible(request, pk)
    if not ranking.released_at:
        raise Http404
    shows = papers.pictured(ranking, shown.of_result(ranking.result))
    audit.append("paper.export", about=ranking, actor=request.actor, detail={"form": "pdf", "paper": "picture"})
    content = pictured.to_pdf(f"{ranking}结果", **shows)
    return as_attachment(HttpResponse(content, content_type="application/pdf"), f"{ranking}（图）.pdf")


@require_safe
def ranking_file(request, pk, slug, form):
    """The paper of a released ranking."""
    ranking = visible(request, pk)
    layout = papers.of(ranking).get(slug)
    if layout is None:
        raise Http404
    audit.append("paper.export", about=ranking, actor=request.actor, detail={"form": form, "paper": slug})
    return download(
        request, compose(layout, papers.about_ranking(layout, ranking)), form, f"{layout.title}（{ranking}）"
    )
