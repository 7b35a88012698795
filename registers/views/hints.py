"""Pages of 防控提示: rotation that is due, and duties that should not lie in one hand.

Source: R1-39, R1-40, R4-05, R4-06, R4-09.
"""

from collections import Counter
from urllib.parse import urlencode

from django.shortcuts import render
from django.views.decorators.http import require_safe

from registers import hints
from registers.access import can, require
from registers.models import Scheme, Unit
from registers.policies import HINTED
from registers.views.paging import paged
from registers.views.sent import filters_sent


@require_safe
def hint_list(request):
    """List hints about the units that the reader answers for, narrowed by unit and kind.

    Context: ``page`` of hints, ``filters``, ``filtered``, ``stats`` as (label, number, address), ``kinds``,
    ``units``, ``scheme``.
    """
    actor = request.actor
    readable = Unit.objects.visible_to(actor).existing(actor.on).filter(pk__in=actor.unit_ids(*HINTED))
    if not actor.has(*HINTED) and (root := Unit.objects.visible_to(actor).filter(parent=None).first()):
        require(actor, "view_hints", root)
    filters = filters_sent(request.GET, "unit", "kind")
    units = list(readable)
    chosen = list(readable.subtree(filters["unit"])) if filters["unit"] else units
    scheme = Scheme.objects.visible_to(actor).in_use()
    listed = hints.for_reader(hints.hints(scheme.rules, chosen, on=actor.on), actor) if scheme else []
    counts = Counter(hint.kind for hint in listed)
    kept = {"unit": filters["unit"]} if filters["unit"] else {}
    return render(
        request,
        "registers/hint_list.html",
        {
            "page": paged(request, [hint for hint in listed if filters["kind"] in ("", hint.kind)]),
            "filters": filters,
            "filtered": any(filters.values()),
            "stats": [
                (label, counts[kind], f"?{urlencode({'kind': kind} | kept)}")
                for kind, label in hints.KINDS.items()
                if counts[kind]
            ],
            "kinds": list(hints.KINDS.items()),
            "units": [(unit.code, unit.name) for unit in units],
            "scheme": scheme,
        },
    )


def hints_about(actor, unit, *, post=None, power=None):
    """Return the hints that the page of a unit, a post or a power shows to its reader.

    They are none for most readers.
    """
    if not can(actor, "view_hints", unit):
        return []
    scheme = Scheme.objects.visible_to(actor).in_use()
    if scheme is None:
        return []
    listed = hints.for_reader(hints.hints(scheme.rules, [unit], on=actor.on), actor)
    if post is not None:
        return [hint for hint in listed if hint.post == post]
    return [hint for hint in listed if hint.power == power] if power is not None else listed
