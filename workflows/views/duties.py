"""Pages of statements of duty: who has not signed, drafting, one statement, its signature, its paper.

Source: R0-18, R2-18.
"""

from functools import cache

from django.contrib import messages
from django.db.models import F, Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from registers import audit, clock
from registers.access import Seen, can, require
from registers.models import Scheme, Unit
from registers.papers.compose import compose
from registers.prepared import Given
from registers.refusals import Refused, Stale
from registers.views.paging import paged
from registers.views.papers import download
from registers.views.sent import filters_sent, number
from registers.views.units import school
from workflows.compiled import duties as papers
from workflows.forms import duties as forms
from workflows.forms.meetings import SignatureForm
from workflows.models import DutyStatement
from workflows.policies.warnings import APPROVERS
from workflows.supervision import draws, duties
from workflows.views.form_pages import FASTER, add_refusal, form_page
from workflows.views.warnings import institution_of, units_of

CRUMB = "责任与教育"
# Page → (its tab, the parts of the scheme that ask for it).
TABS = {
    "duty_list": ("责任书", ("statement",)),
    "avoidance_list": ("回避与离任审计", ("avoidance", "leaving_audit")),
    "education_list": ("教育计划", ("education",)),
}
STAGES = {
    "": ("全部", {}),
    "unsigned": ("未签", {"signed_at": None}),
    "signed": ("已签", {"signed_at__isnull": False}),
}


def tabs_of(request, here):
    """Return the tabs of what the scheme in use asks for, and its duties or None.

    A tab is ``(label, address, is it the page)``.
    """
    scheme = Scheme.objects.visible_to(request.actor).in_use()
    asked = scheme.rules.duties if scheme else None
    tabs = [
        (_label(name, asked), reverse(name), name == here)
        for name, (_, parts) in TABS.items()
        if asked is not None and any(getattr(asked, part) for part in parts)
    ]
    return tabs, asked


def _label(name, asked):
    """What a tab is called: that of statements as the scheme calls them."""
    return asked.statement.label if name == "duty_list" else TABS[name][0]


def crumbs_of(name="duty_list", label=""):
    """Return the way back from a page about duties to the list ``name``.

    ``label``: what it is called, if not as its tab.
    """
    return [(label or TABS[name][0], reverse(name))]


def crumbs_to(statement):
    """Return the way back from a page about one statement."""
    return [*crumbs_of(label=statement.label), (str(statement), reverse("duty_detail", args=[statement.pk]))]


def visible(request, pk):
    """Return the statement if the reader may see it, with what its pages need."""
    related = ("scheme", "unit", "drafted_by", "sent_by", "signed_by")
    return get_object_or_404(DutyStatement.objects.visible_to(request.actor).select_related(*related), pk=pk)


def recorded(request, form, page, act, *, said, to, seen_again=None):
    """Show a form and do what it says: ``act()`` once it is valid, then lead to the page ``to``.

    ``page``: what ``form_page`` takes, ``said``: what is told afterwards, a text or a function of what ``act`` returned.
    ``seen_again()``: the version that the reader sees now, where somebody else was faster.
    """
    if request.method != "POST" or not form.is_valid():
        return form_page(request, form, **page)
    try:
        made = act()
    except Refused as refused:
        add_refusal(form, refused)
        return form_page(request, form, **page)
    except Stale:
        form.add_error(None, FASTER)
        return form_page(request, form, **page | {"seen_version": seen_again()})
    messages.success(request, said(made) if callable(said) else said)
    return redirect(*to)


@cache
def _rows():
    rows = DutyStatement.objects.filter(year=Given("year")).select_related("unit", "scheme", "signed_by")
    rows = rows.defer("scheme__document", "scheme__source", "parts")
    rows = rows.order_by(F("signed_at").asc(nulls_first=True), "unit__position", "unit__code")
    return Seen(rows, choices={code: Q(**narrowed) for code, (_, narrowed) in STAGES.items()})


@require_safe
def duty_list(request):
    """This year's statements of duty, those not signed first.

    Where none are asked for, what else the scheme asks for.
    Context: ``tabs``, ``asked`` (what the scheme says of statements, or None), ``year``, ``page``, ``stage`` with its ``stages``,
    ``figures`` as (label, number) and ``none`` (units without a draft) for who may draft, ``may_draft``.
    """
    tabs, rules = tabs_of(request, "duty_list")
    asked = rules.statement if rules else None
    if asked is None and tabs:
        return redirect(tabs[0][1])
    stage = filters_sent(request.GET, "stage")["stage"]
    stage = stage if stage in STAGES else ""
    year = request.actor.on.year
    root = school(request.actor)
    handled = units_of(request, root) if root and asked and request.actor.has(*APPROVERS) else []
    context = {
        "tabs": tabs,
        "asked": asked,
        "year": year,
        "page": paged(request, _rows().parts(request.actor, [stage] if stage else [], year=year)),
        "stage": stage,
        "stages": [(code, label) for code, (label, _) in STAGES.items()],
        "may_draft": bool(handled),
    }
    if handled:
        units = draws.candidates(root, on=request.actor.on).visible_to(request.actor)
        context |= _figures(DutyStatement.objects.visible_to(request.actor).filter(year=year), list(units))
    return render(request, "workflows/duty_list.html", context)


def _figures(rows, units):
    """How many units have signed, and names of those that have no draft."""
    stages = dict(rows.order_by().values_list("unit_id", "signed_at"))
    none = [unit.name for unit in units if unit.pk not in stages]
    signed = sum(at is not None for at in stages.values())
    return {
        "figures": [("单位", len(units)), ("已签", signed), ("未签", len(stages) - signed), ("未起草", len(none))],
        "none": none,
    }


@require_http_methods(["GET", "HEAD", "POST"])
def duty_draft(request):
    """Draft the statements of several units from the scheme. Context: see ``form_page``."""
    root, scheme = institution_of(request)
    units = units_of(request, root)
    first = Unit.objects.visible_to(request.actor).filter(code=units[0][0]).first() if units else root
    require(request.actor, "draft", DutyStatement(institution=root, unit=first))
    there = DutyStatement.objects.visible_to(request.actor).filter(year=request.actor.on.year)
    there = set(there.values_list("unit__code", flat=True))
    asked = scheme.rules.duties.statement
    label = asked.label if asked else TABS["duty_list"][0]
    page = {
        "title": f"起草{label}",
        "crumbs": crumbs_of(label=label),
        "submit": "起草",
        "intro": "按方案的文本逐个单位起草，送签以前可以修改。",
    }
    left = [code for code, _ in units if code not in there]
    form = forms.DraftForm(request.POST or None, units=units, initial={"units": left})

    def act():
        chosen = list(Unit.objects.visible_to(request.actor).filter(code__in=form.cleaned_data["units"]))
        return duties.draft(scheme, root, units=chosen, actor=request.actor, at=clock.now())

    def said(made):
        return f"已起草 {len(made)} 份。" if made else "所选单位本年度都已有文稿，没有重复起草。"

    return recorded(request, form, page, act, said=said, to=["duty_list"])


@require_safe
def duty_detail(request, pk):
    """One statement. Context: see ``_page``."""
    return _page(request, visible(request, pk))


def _page(request, statement, *, reply=None, password=None, error="", status=200):
    """Render one statement.

    Context: ``statement``, ``may`` (action → verdict), ``digest`` to sign, ``reply`` and ``password`` (forms), ``error``, ``has_paper``,
    ``crumbs``.
    """
    may = {action: can(request.actor, action, statement) for action in ("change", "send", "sign")}
    context = {
        "statement": statement,
        "may": may,
        "digest": duties.digest_to_sign(statement),
        "reply": reply or forms.ReplyForm(),
        "password": password or SignatureForm(request=request),
        "error": error,
        "has_paper": papers.of(statement)[1] is not None,
        "crumbs": crumbs_of(label=statement.label),
    }
    return render(request, "workflows/duty_detail.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def duty_edit(request, pk):
    """Change the text of a statement. Context: see ``form_page``."""
    statement = visible(request, pk)
    require(request.actor, "change", statement)
    asked = statement.scheme.rules.duties.statement
    if asked is None:
        raise Http404
    page = {
        "title": f"修改{statement.label}",
        "crumbs": crumbs_to(statement),
        "submit": "保存",
        "intro": f"单位负责人的意见：{statement.reply}" if statement.reply else "",
        "seen_version": statement.version,
    }
    start = {f"part-{code}": text for code, text in statement.parts.items()}
    form = forms.StatementForm(request.POST or None, initial=start, asked=asked)
    seen = number(request.POST.get("seen_version"))

    def act():
        return duties.change(pk, parts=form.parts, seen_version=seen, actor=request.actor, at=clock.now())

    again = lambda: visible(request, pk).version  # noqa: E731
    return recorded(request, form, page, act, said="已保存。", to=["duty_detail", pk], seen_again=again)


@require_POST
def duty_send(request, pk):
    """Send a statement to the head of its unit."""
    statement = visible(request, pk)
    require(request.actor, "send", statement)
    seen = number(request.POST.get("seen_version"))
    return _done(
        request,
        statement,
        lambda: duties.send(pk, seen_version=seen, actor=request.actor, at=clock.now()),
        said="已送签，单位负责人会收到消息。",
    )


@require_POST
def duty_send_back(request, pk):
    """Send a statement back to the office with what should be changed."""
    statement = visible(request, pk)
    require(request.actor, "send_back", statement)
    form = forms.ReplyForm(request.POST)
    if not form.is_valid():
        return _page(request, statement, reply=form, status=422)
    seen = number(request.POST.get("seen_version"))
    words = form.cleaned_data["reply"]
    return _done(
        request,
        statement,
        lambda: duties.send_back(pk, reply=words, seen_version=seen, actor=request.actor, at=clock.now()),
        said="已退回，办公室会收到您的意见。",
        form=form,
    )


@require_POST
def duty_sign(request, pk):
    """Sign a statement with one's password."""
    statement = visible(request, pk)
    require(request.actor, "sign", statement)
    form = SignatureForm(request.POST, request=request)
    if not form.is_valid():
        if form.has_error("password", "wrong"):
            audit.append("duty.not_signed", about=statement, actor=request.actor)
        return _page(request, statement, password=form, status=422)
    seen = request.POST.get("seen_digest", "")
    return _done(
        request,
        statement,
        lambda: duties.sign(pk, seen_digest=seen, actor=request.actor, at=clock.now()),
        said="已签字。",
    )


def _done(request, statement, act, *, said, form=None):
    """Do what was asked and lead to the statement, or show it again with what is wrong."""
    try:
        act()
    except Refused as refused:
        if form is not None and refused.field in form.fields:
            form.add_error(refused.field, refused.messages)
            return _page(request, statement, reply=form, status=422)
        return _page(request, statement, error=str(refused), status=422)
    except Stale:
        return _page(request, visible(request, statement.pk), reply=form, error=FASTER, status=409)
    messages.success(request, said)
    return redirect("duty_detail", pk=statement.pk)


@require_safe
def duty_file(request, pk, form):
    """A statement as a paper."""
    statement = visible(request, pk)
    slug, layout = papers.of(statement)
    if layout is None:
        raise Http404
    audit.append("paper.export", about=statement, actor=request.actor, detail={"form": form, "paper": slug})
    paper = compose(layout, papers.about_statement(layout, statement))
    return download(request, paper, form, f"{statement.label}（{statement.unit.name}）")
