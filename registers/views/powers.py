"""The page of one power item, with its chart."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from registers import audit, disclosed
from registers.jobs import as_attachment
from registers.models import PowerItem, Scheme
from registers.papers import charts, pages
from registers.views.hints import hints_about


def _item(request, series):
    powers = PowerItem.objects.visible_to(request.actor).in_force(request.actor.on)
    return get_object_or_404(powers.select_related("unit", "accountable_post").prefetch_related("steps"), series=series)


def _rules(request):
    scheme = Scheme.objects.visible_to(request.actor).in_use()
    if scheme is None:
        raise Http404
    return scheme.rules


def _drawn(request, item, rules, with_risks):
    return charts.power_chart(item, rules, on=request.actor.on, reader=request.actor, with_risks=with_risks)


@require_safe
def power_detail(request, series):
    """Show the chart of a power in force, and what was made public of its matters.

    Context: ``item``, ``with_risks``, ``hints``, ``sheet`` (HTML), ``crumbs``, ``title``; ``disclosure`` (what the scheme says of
    it, None where it keeps no records) and ``matters`` (``disclosed.Matter``); ``consults`` (does the scheme know consultations)
    and ``consultations`` (``disclosed.Consultation``).
    """
    item, with_risks = _item(request, series), request.GET.get("risks") == "1"
    rules = _rules(request)
    consults = any(kind.purpose == "consultation" for kind in rules.activities)
    drawn, kept = _drawn(request, item, rules, with_risks), rules.disclosure.kept
    return render(
        request,
        "registers/power_detail.html",
        {
            "item": item,
            "with_risks": with_risks,
            "hints": hints_about(request.actor, item.unit, power=item),
            "disclosure": rules.disclosure if kept else None,
            "matters": disclosed.of_power(request.actor, item.series) if kept else [],
            "consults": consults,
            "consultations": disclosed.consultations_on(request.actor, item.series) if consults else [],
            "title": charts.TITLES[with_risks],
            "sheet": charts.to_html(item, drawn, on=request.actor.on, with_risks=with_risks, standalone=False),
            "crumbs": [("权力事项", reverse("power_list"))],
        },
    )


@require_safe
def power_file(request, series):
    """Send the chart as a PDF page."""
    item, with_risks = _item(request, series), request.GET.get("risks") == "1"
    drawn = _drawn(request, item, _rules(request), with_risks)
    markup = charts.to_html(item, drawn, on=request.actor.on, with_risks=with_risks, standalone=True)
    audit.append("paper.export", about=item, actor=request.actor, detail={"form": "pdf", "risks": with_risks})
    name = f"{charts.TITLES[with_risks]}（{item.name}）.pdf"
    return as_attachment(HttpResponse(pages.markup_to_pdf(markup), content_type="application/pdf"), name)
