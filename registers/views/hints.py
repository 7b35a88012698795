"""Pages of 防控提示: rotation that is due, and duties that should not lie in one hand.

Source: R1-39, R1-40, R4-05, R4-06, R4-09.
"""

from collections import namedtuple
from urllib.parse import urlencode

from django.shortcuts import render
from django.views.decorators.http import require_safe

from registers import hints, kept
from registers.access import can, require
from registers.models import Scheme
from registers.policies import HINTED
from registers.views.paging import paged
from registers.views.sent import filters_sent
from registers.views.units import school

# What a row of the list shows. ``power``: its series, ``post``: its code, where the hint is about one.
Row = namedtuple("Row", "label coming subject reason remedy power post unit_code unit")


@require_safe
def hint_list(request):
    """List hints about the units that the reader answers for, narrowed by unit and kind.

    Context: ``page`` of ``Row``, ``filters``, ``filtered``, ``stats`` as (label, number, address), ``counted_at`` (the moment of
    hints that are kept, else None), ``kinds``, ``units``.
    """
    actor = request.actor
    if not actor.has(*HINTED) and (root := school(actor)):
        require(actor, "view_hints", root)
    filters = filters_sent(request.GET, "unit", "kind")
    found = kept.answer("hints", actor, unit=filters["unit"], kind=filters["kind"])
    sent = {"unit": filters["unit"]} if filters["unit"] else {}
    page = paged(request, found)
    page.rows = [_shown(**row) for row in page.rows]
    return render(
        request,
        "registers/hint_list.html",
        {
            "page": page,
            "filters": filters,
            "filtered": any(filters.values()),
            "stats": [
                (label, found.figures[kind], f"?{urlencode({'kind': kind} | sent)}")
                for kind, label in hints.KINDS.items()
                if kind in found.figures
            ],
            "counted_at": found.made_at,
            "kinds": list(hints.KINDS.items()),
            "units": list(hints.units_of(actor).values_list("code", "name")),
        },
    )


def _shown(*, unit, post, power, **words):
    """Return what the list shows of a kept hint."""
    about = {"power": power and power["series"], "post": post and post["code"]}
    return Row(**words, **about, unit_code=unit["code"], unit=unit["name"])


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
