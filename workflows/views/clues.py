"""The desk of the 纪委 for clues: a list without contents, and each clue behind a reason."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from registers import clock
from registers.access import NotAllowed, can, require
from registers.views.paging import paged
from workflows import attachments
from workflows.forms.door import ClueHandlingForm, ReasonForm
from workflows.models import Clue, SealedReading
from workflows.publicity import clues


@require_safe
def clue_list(request):
    """List the clues by number and day, never by what they say. Context: ``page``."""
    _require_reader(request)
    rows = Clue.objects.listed_to(request.actor).defer("text", "name", "contact")
    return render(request, "workflows/clue_list.html", {"page": paged(request, rows)})


def _require_reader(request):
    if not request.actor.unit_ids_in_own_right("discipline"):
        raise NotAllowed("线索只由纪委指定的人员查阅。", "open", "workflows.clue")


@require_http_methods(["GET", "HEAD", "POST"])
def clue_detail(request, pk):
    """One clue. What it says is shown only in answer to a reason, which is recorded each time."""
    clue = get_object_or_404(Clue.objects.listed_to(request.actor).select_related("notice"), pk=pk)
    if request.method != "POST":
        return _page(request, clue, ReasonForm())
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _page(request, clue, form, status=422)
    clues.open_clue(clue, reason=form.cleaned_data["reason"], actor=request.actor, at=clock.now())
    return _page(request, clue, ReasonForm(), opened=True)


@require_POST
def clue_handle(request, pk):
    """Write down what came of a clue."""
    clue = get_object_or_404(Clue.objects.listed_to(request.actor).select_related("notice"), pk=pk)
    require(request.actor, "handle", clue)
    form = ClueHandlingForm(request.POST)
    if not form.is_valid():
        return _page(request, clue, ReasonForm(), handling=form, status=422)
    clues.handle(clue, actor=request.actor, at=clock.now(), **form.cleaned_data)
    messages.success(request, "办理结果已登记，提交人凭查询码可以看到。")
    return redirect("clue_detail", pk=pk)


def _page(request, clue, form, *, opened=False, handling=None, status=200):
    """Render a clue. Context: ``clue``, ``opened``, ``additions``, ``files``, ``readings``, the forms, ``may_handle``, ``crumbs``."""
    readable = Clue.objects.visible_to(request.actor).filter(pk=clue.pk).prefetch_related(attachments.of_each())
    readable = readable.first() if opened else None
    readings = SealedReading.objects.visible_to(request.actor).filter(clue=clue).select_related("reader")
    context = {
        "clue": clue,
        "opened": readable,
        "additions": list(clue.additions.values_list("on", "text")) if opened else [],
        "readings": readings,
        "form": form,
        "handling": handling or ClueHandlingForm(),
        "may_handle": can(request.actor, "handle", clue),
        "crumbs": [("线索", reverse("clue_list"))],
    }
    return render(request, "workflows/clue_detail.html", context, status=status)
