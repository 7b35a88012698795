"""Papers about an inspection as files: notice, record, order to put right, report, closing sheet."""

from django.http import Http404
from django.views.decorators.http import require_safe

from registers import audit
from registers.access import can
from registers.papers.compose import compose
from registers.views.papers import download
from workflows.compiled import inspections as papers
from workflows.models import CheckItem, Finding, InspectionSeat
from workflows.views.inspections import visible


@require_safe
def inspection_file(request, pk, slug, form):
    """A paper about an inspection, with what the reader may read of it."""
    inspection = visible(request, pk)
    layout = papers.of(inspection, results=can(request.actor, "read_results", inspection)).get(slug)
    if layout is None:
        raise Http404
    actor = request.actor
    document = papers.about_inspection(
        layout,
        inspection,
        seats=list(InspectionSeat.objects.visible_to(actor).filter(inspection=inspection).select_related("user")),
        lines=list(CheckItem.objects.visible_to(actor).filter(inspection=inspection)),
        findings=list(
            Finding.objects.visible_to(actor).filter(inspection=inspection).select_related("inspection__plan")
        ),
    )
    audit.append("paper.export", about=inspection, actor=actor, detail={"form": form, "paper": slug})
    return download(request, compose(layout, document), form, f"{layout.title}（{inspection}）")
