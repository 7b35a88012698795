"""Pages of assessments: the list, one unit's with its figures, beginning and signing.

Source: R0-29, R2-30, R3-37, R4-35.
"""

from functools import cache

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from registers import audit, clock
from registers.access import Seen, can, require
from registers.prepared import Given
from registers.refusals import Refused, Stale
from registers.views.one import one_or_404
from registers.views.paging import paged
from registers.views.units import school_or_404
from workflows import attachments
from workflows.compiled import assessments as papers
from workflows.forms import assessments as forms
from workflows.forms.meetings import SignatureForm
from workflows.models import Assessment, AssessmentContest, AssessmentLine, LeaderScore, SurveyInvitation
from workflows.supervision import assessments, scoring
from workflows.views import form_pages
from workflows.views.form_pages import FASTER, add_refusal, form_page
from workflows.views.surveys import handled_units

PARTS = {"own": "自评", "office": "考评", "leadership": "领导评分"}
ACTIONS = ("fill", "sign", "score", "lead", "show", "answer", "reply", "decide", "confirm")


def crumbs_of(assessment=None):
    """Return the way back from a page about assessments."""
    crumbs = [("考核与测评", reverse("assessment_list"))]
    return (
        crumbs
        if assessment is None
        else [*crumbs, (str(assessment), reverse("assessment_detail", args=[assessment.pk]))]
    )


def visible(request, pk):
    """Return the assessment if the reader may see it, with what its pages need."""
    return one_or_404(_by_key(), request.actor, pk=pk)


@cache
def _by_key():
    related = ("unit", "scheme", "survey", "signed_by", "decided_by", "confirmed_by")
    return Seen(Assessment.objects.filter(pk=Given("pk")).select_related(*related))


def lines_of(request, assessment):
    """List the lines of an assessment with their files."""
    rows = AssessmentLine.objects.visible_to(request.actor).filter(assessment=assessment)
    return list(rows.prefetch_related(attachments.of_each()))


def done(request, assessment, form, again, *, act, said):
    """Do what a form asks for and lead to the assessment, or show the form again with what is wrong.

    ``act``: takes the version that was seen. ``again``: shows the form, and takes a version.
    """
    if not form.is_valid():
        return again(request.POST.get("seen_version", ""))
    return form_pages.done(
        request,
        form,
        again,
        act=act,
        anew=lambda: visible(request, assessment.pk),
        seen=assessment.version,
        said=said,
        back=("assessment_detail", assessment.pk),
    )


@cache
def _rows():
    return Seen(Assessment.objects.select_related("unit", "scheme"))


@require_safe
def assessment_list(request):
    """The assessments that the reader may see, of the newest year first.

    Context: ``page``, ``may_begin``, ``invited`` (surveys in which the reader may draw a slip).
    """
    mine = SurveyInvitation.objects.visible_to(request.actor).filter(drew_slip=False, survey__closed_at=None)
    context = {
        "page": paged(request, _rows().parts(request.actor)),
        "may_begin": handled_units(request).exists(),
        "invited": mine.select_related("survey__unit"),
    }
    return render(request, "workflows/assessment_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def assessment_begin(request):
    """Begin this year's assessment of several units. Context: see ``form_page``."""
    handled = handled_units(request)
    known = list(handled.values_list("pk", "code", "name"))
    if not known:
        root = school_or_404(request.actor)
        require(request.actor, "make", Assessment(unit=root))
    begun = (
        Assessment.objects.visible_to(request.actor).filter(year=clock.today().year).values_list("unit_id", flat=True)
    )
    begun = set(begun)
    options = {"units": [(code, name) for pk, code, name in known if pk not in begun]}
    page = {"title": "开展年度考核", "crumbs": crumbs_of(), "submit": "开展考核"}
    if request.method != "POST":
        return form_page(
            request, forms.BeginForm(initial={"units": [code for code, _ in options["units"]]}, **options), **page
        )
    form = forms.BeginForm(request.POST, **options)
    if not form.is_valid():
        return form_page(request, form, **page)
    units = {unit.code: unit for unit in handled.filter(code__in=form.cleaned_data["units"])}
    chosen = [units[code] for code in form.cleaned_data["units"]]
    try:
        made = assessments.begin(chosen, due_on=form.cleaned_data["due_on"], actor=request.actor, at=clock.now())
    except Refused as refused:
        add_refusal(form, refused)
        return form_page(request, form, **page)
    messages.success(request, f"已通知 {len(made)} 个单位自评。")
    return redirect("assessment_list")


@require_safe
def assessment_detail(request, pk):
    """One assessment. Context: see ``page_of``."""
    return page_of(request, visible(request, pk))


def page_of(request, assessment, *, form=None, undo=None, error="", status=200):
    """Render one assessment.

    Context: ``assessment``, ``lines`` each with the mean of the leaders (``leadership``) and what is said against it (``said``),
    ``contested`` (of how many lines), ``figures`` (parts and result, None while they may not be read), ``mine`` (has the reader scored
    as a leader), ``vetoes`` in words, ``papers`` (slug → layout), ``digest`` to sign, ``password`` and ``undo`` (forms), ``may``
    (action → verdict), ``error``, ``late``, ``crumbs``.
    """
    actor, rules = request.actor, assessment.rules
    may = {action: can(actor, action, assessment) for action in ACTIONS}
    reads = can(actor, "read_figures", assessment)
    lines = lines_of(request, assessment)
    context = {
        "assessment": assessment,
        "lines": lines,
        "contested": _contested(actor, assessment, lines),
        "figures": figures_of(assessment, lines) if reads else None,
        "mine": LeaderScore.objects.visible_to(actor).filter(line__assessment=assessment).exists()
        if may["lead"]
        else False,
        "vetoes": [rules.veto(code).label for code in assessment.vetoes if rules.veto(code)],
        "papers": papers.of(assessment, figures=reads),
        "digest": assessments.digest_to_sign(assessment, lines) if may["sign"] else "",
        "password": form or SignatureForm(request=request),
        "undo": undo or forms.UndoForm(),
        "may": may,
        "error": error,
        "late": assessment.signed_at is None and clock.today() > assessment.due_on,
        "crumbs": crumbs_of(),
    }
    return render(request, "workflows/assessment_detail.html", context, status=status)


def _contested(actor, assessment, lines):
    """Set on each of ``lines`` what the unit says against it (``said``), and return of how many it says something."""
    if assessment.shown_at is None:
        return 0
    rows = AssessmentContest.objects.visible_to(actor).filter(line__assessment=assessment)
    found = {row.line_id: row for row in rows.prefetch_related(attachments.of_each())}
    for line in lines:
        line.said = found.get(line.pk)
    return len(found)


def figures_of(assessment, lines):
    """Return what a reader of figures is shown: the parts, the result, how many leaders have scored.

    Sets the mean of the leaders (``leadership``) on each of ``lines``.
    """
    scored = assessments.scored(assessment, lines)
    for line, given in zip(lines, scored, strict=True):
        line.leadership = scoring.rounded(given.score(scoring.LEADERSHIP))
    weights = assessments.weights_of(assessment)
    return {
        "parts": [
            {
                "part": part,
                "label": PARTS[part],
                "weight": weights[part],
                "value": scoring.rounded(scoring.percent(scored, part)),
            }
            for part in scoring.PARTS
            if weights[part]
        ],
        "result": scoring.result(scored, weights) if assessment.score is None else assessment.score,
        "leaders": assessments.leaders_who_scored(assessment),
    }


@require_POST
def assessment_sign(request, pk):
    """Sign the unit's own scores with one's password."""
    assessment = visible(request, pk)
    require(request.actor, "sign", assessment)
    form = SignatureForm(request.POST, request=request)
    if not form.is_valid():
        if form.has_error("password", "wrong"):
            audit.append("assessment.not_signed", about=assessment, actor=request.actor)
        return page_of(request, assessment, form=form, status=422)
    try:
        assessments.sign(pk, seen_digest=request.POST.get("seen_digest", ""), actor=request.actor, at=clock.now())
    except Refused as refused:
        return page_of(request, assessment, error=str(refused), status=422)
    except Stale:
        return page_of(request, visible(request, pk), error=FASTER, status=409)
    messages.success(request, "自评已签字报送。")
    return redirect("assessment_detail", pk=pk)
