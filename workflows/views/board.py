"""Pages of the committee's board: progress by phase, paper, unit and person."""

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from registers import clock, kept, residuals
from registers.access import can, require
from registers.actors import LEDGER_READERS
from registers.views.paging import paged
from registers.views.sent import sought
from registers.views.units import unit_named
from workflows import leading_measures, policies
from workflows.models import Campaign, Submission
from workflows.models.submissions import State
from workflows.policies.submissions import MAY_NUDGE
from workflows.progress import counted, figures, leading, stranded
from workflows.progress.board import Board, by_person
from workflows.progress.figures import Choice
from workflows.views.progress import address, chosen_campaign, in_full, items_of, links_of


@require_safe
def board(request):
    """The board of a campaign (``?year=``), or with ``?unit=CODE`` that unit's page of it.

    Context: ``campaign``, ``years`` as (year, address, is the one), ``figures`` with the ``links`` behind them, ``phases``
    (``PhaseLine``), ``curve``, ``held_up``, ``stranded`` (``stranded.Line``), ``may_urge``; of the whole ``page`` of unit ``lines``
    with ``nudged``, the ids of units whose late sheets the reader may urge, ``leading`` (``leading.Line``) with ``leading_counts``,
    ``residual`` (``residuals.lines``) with ``counted_at`` and the address of their list for those who read ledgers; of a unit see
    ``_unit_page``. ``counted_at`` and, of the rest, ``sheets_counted_at``: the moment of figures that are kept.
    """
    require(request.actor, "watch", Campaign)
    campaign, campaigns = chosen_campaign(request)
    context = {"campaign": campaign, "years": [(one.year, f"?year={one.year}", one == campaign) for one in campaigns]}
    if campaign is None:
        return render(request, "workflows/board.html", context)
    year = str(campaign.year) if campaign.state != "open" else ""
    if code := sought(request.GET, "unit"):
        unit = unit_named(request.actor, code)
        rows = figures.listed(request.actor, campaign).filter(unit=unit)
        return _unit_page(request, campaign, rows, unit, year)
    found, shown = counted.kept_board(request.actor, campaign), counted.board_of(request.actor, campaign)
    shown.tallies = counted.tallies(found.figures)
    units, holding = counted.units_on(shown, request.actor), policies.Holding.of(request.actor)
    lines = shown.units(units.values())
    context |= {
        **_common(request, shown, Choice(), year),
        "page": paged(request, lines),
        "nudged": request.actor.unit_ids(*MAY_NUDGE),
        "sheets_counted_at": found.made_at,
        "held_up": shown.held_up(units, holding),
        "stranded": counted.without_people(request.actor, shown, found.figures),
        "leading": counted.led(found.figures, units),
        "leading_counts": found.figures["leading_counts"],
        **_residual(request.actor, shown),
        "residual_url": reverse("residual_list") if request.actor.has(*LEDGER_READERS) else "",
        "missing": sum(line.forecast is not None and line.forecast.misses for line in lines),
    }
    return render(request, "workflows/board.html", context)


def _unit_page(request, campaign, rows, unit, year):
    """A unit's page. Context beside the board's: ``unit``; ``view`` with its ``tabs``; a ``page`` of ``items`` (``progress_list``)
    or with ``view=people`` the unit's ``own`` sheets and a page of ``people``, each with his sheet of each of ``tasks``. ``led``: whether
    its leaders have measures for their own points (``leading_measures.Led``), or None."""
    shown = Board(campaign, rows, at=clock.now())
    if not shown.figures.owed:
        raise Http404  # nothing there that the reader may know of
    holding = policies.Holding.of(request.actor)
    view = "people" if request.GET.get("view") == "people" else ""
    context = {
        "campaign": campaign,
        "years": [],
        "unit": unit,
        "crumbs": [("进度看板", f"{reverse('board')}{f'?year={year}' if year else ''}")],
        "view": view,
        "tabs": [
            (label, f"{address(Choice(unit=unit.code), year=year, view=name)}#sheets", view == name)
            for label, name in (("逐张", ""), ("按人", "people"))
        ],
        **_common(request, shown, Choice(unit=unit.code), year),
        "held_up": shown.held_up({unit.pk: unit}, holding),
        "stranded": stranded.lines(rows, campaign, holding, units=[unit.pk]),
        "leading": (led := leading.lines(rows, campaign.scheme.rules, units={unit.pk: unit}, holding=holding)),
        "leading_counts": leading.counts(led),
        "led": leading_measures.of_units([unit], campaign.scheme.rules, holding=holding).get(unit.pk),
    }
    if view == "people":
        context |= _by_person(request, shown, rows)
    else:
        page = paged(request, in_full(rows.exclude(state=State.WAITING)))
        items = items_of(request.actor, campaign, page.rows, holding)
        context |= {"page": page, "items": items, "may_nudge": any(item.may_nudge for item in items)}
    return render(request, "workflows/board_unit.html", context)


def _residual(actor, shown):
    """The points of the units on the board by decided, expected and actual grade, while the campaign is running."""
    if not shown.running:
        return {}
    found = kept.answer("board", actor, campaign=shown.campaign.pk)
    return {
        "residual": residuals.lines(found.figures, shown.campaign.scheme.rules),
        "counted_at": found.made_at,
    }


def _by_person(request, shown, rows):
    subjects = (
        rows.filter(person__isnull=False)
        .order_by("person__sort_key", "person__number", "person", "post")
        .values_list("person", "post", "person__sort_key", "person__number")
        .distinct()
    )
    page = paged(request, subjects)
    own, tasks, people = by_person(rows, shown.tasks, [subject[:2] for subject in page.rows], on=shown.on)
    theirs = [submission.pk for line in people for submission in line.submissions if submission]
    all_of_them = [*theirs, *(submission.pk for submission in own)]
    mine = Submission.objects.visible_to(request.actor).filter(pk__in=all_of_them)
    readable = set(mine.values_list("pk", flat=True))
    return {"page": page, "own": own, "tasks": tasks, "people": people, "readable": readable}


def _common(request, shown, choice, year):
    return {
        "figures": shown.figures,
        "phases": shown.phases(),
        "curve": shown.curve(),
        "links": links_of(choice, year),
        "choice": choice,
        "year": year,
        "sent": {"year": year, **choice.given()},
        "may_urge": can(request.actor, "urge", shown.campaign),
        "may_move": can(request.actor, "enrol", shown.campaign),
    }
