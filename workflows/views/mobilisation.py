"""The page of 宣传动员: how far each unit has got ready."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from registers import clock
from registers.access import require
from registers.models import Unit
from registers.schemes.language import Brings
from registers.views.paging import paged
from workflows import mobilisation
from workflows.campaign import scoping
from workflows.models import Campaign, Submission
from workflows.policies.activities import ACTIVITY_READERS
from workflows.views.years import years


@require_safe
def mobilisation_list(request):
    """The units that the reader watches, those with the most gaps first.

    Context: ``campaign``, ``years``, ``page`` of ``mobilisation.Readiness`` (each with ``may_open``: the reader may see its group
    list), ``asks_group``, ``asks_plan``, ``least`` (members of a group), ``stats`` of all units, ``only_gaps``.
    """
    require(request.actor, "watch", Campaign)
    chosen = years(request)
    running = chosen.campaign
    context = {"campaign": running, "years": chosen}
    if running is not None:
        watched = set(request.actor.unit_ids(*ACTIVITY_READERS))
        taken = running.enrolments.values_list("unit_id", flat=True)
        owing = scoping.answerable(taken, on=request.actor.on)
        units = Unit.objects.visible_to(request.actor).filter(pk__within=[pk for pk in owing if pk in watched])
        rows = mobilisation.overview(running, list(units), on=clock.today())
        rules = running.scheme.rules
        group = rules.groups.get("unit")
        asked, read = sum(row.asked for row in rows), sum(row.read for row in rows)
        only_gaps = request.GET.get("gaps") == "1"
        page = paged(request, [row for row in rows if row.gaps] if only_gaps else rows)
        pks = [row.sheet for row in page.rows if row.sheet]
        readable = set(Submission.objects.visible_to(request.actor).filter(pk__in=pks).values_list("pk", flat=True))
        for row in page.rows:
            row.may_open = row.sheet in readable
        context |= {
            "asks_group": any(task.brings is Brings.GROUP for task in rules.tasks),
            "asks_plan": group is not None and group.work_plan,
            "least": group.min_members if group else 1,
            "stats": {
                "units": len(rows),
                "complete": sum(not row.gaps for row in rows),
                "filed": sum(row.group_state == "filed" for row in rows),
                "met": sum(bool(row.meetings) for row in rows),
                "read": read * 100 // asked if asked else None,
            },
            "only_gaps": only_gaps,
            "page": page,
        }
    return render(request, "workflows/mobilisation_list.html", context)
