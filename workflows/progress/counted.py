"""What is kept for a while of the progress of a large school (``registers.kept``).

The counts and keys that take long to find, for the board and for the list of submissions. Whoever does something himself has them
counted anew. The rest of a page is of the moment: names, who has a sheet now, what may be done.
"""

from collections import namedtuple
from datetime import datetime
from functools import cache

from django.utils.functional import SimpleLazyObject

from registers import clock, kept
from registers.access import Seen
from registers.models import Unit
from registers.prepared import Given
from workflows.models.submissions import State
from workflows.policies import Holding
from workflows.progress import figures, leading, stranded
from workflows.progress.board import Board
from workflows.progress.figures import Choice, Tally

# A unit as the board shows it.
OnBoard = namedtuple("OnBoard", "pk code name position")


def board_of(actor, campaign):
    """Return the ``Board`` of a campaign for its reader, made once for him."""
    key = board_of, campaign.pk
    if key not in actor.memory:
        listed = SimpleLazyObject(lambda: figures.listed(actor, campaign))  # only where something is counted anew
        actor.memory[key] = Board(campaign, listed, at=clock.now())
    return actor.memory[key]


def units_on(shown, actor):
    """Return id → unit of the units on a board that its reader sees, read once for him."""
    key = units_on, frozenset(shown.unit_ids)
    if key not in actor.memory:
        rows = _units().by(actor, ids=shown.unit_ids)
        actor.memory[key] = {row[0]: OnBoard(*row) for row in rows}
    return actor.memory[key]


@cache
def _units():
    return Seen(Unit.objects.filter(pk__within=Given("ids")).values_list(*OnBoard._fields))


def kept_board(actor, campaign):
    """Return the kept ``Answer`` of ``of_board`` for a campaign as its deadlines are now."""
    days = [day.isoformat() for day in board_of(actor, campaign).readings]
    return kept.answer("progress", actor, campaign=campaign.pk, readings=days)


@kept.finder("progress", with_own_acts=True)
def of_board(actor, *, campaign, readings):
    """Find what the board of a campaign (its key) counts, for ``kept``.

    ``readings``: the days of its curve, so that a deadline which moves has the curve counted anew.
    As figures the ``tallies``, the first lines of ``leading`` with their counts, and the keys of sheets that nobody can take.
    """
    of = figures.campaign_of(actor, campaign)
    shown, holding = board_of(actor, of), Holding.of(actor)
    led = leading.lines(shown.rows, of.scheme.rules, units=units_on(shown, actor), holding=holding)
    actor.memory[without_people, of.pk] = nobody = stranded.lines(shown.rows, of, holding)
    return {
        "tallies": [[*one[:8], _text(one.since), one.handed] for one in shown.tallies],
        "leading": [
            [line.unit.pk, line.leaders, line.handed, line.others, line.before, line.names, _text(line.at)]
            for line in led[: leading.SHOWN]
        ],
        "leading_counts": leading.counts(led),
        "stranded": [submission.pk for line in nobody for submission in line.submissions],
    }, []


def without_people(actor, shown, found):
    """Return ``stranded.lines`` of the sheets that nobody could take when ``of_board`` looked for them.

    As far as it is so still, unless it has looked just now.
    """
    key = without_people, shown.campaign.pk
    if key not in actor.memory:
        rows, keys = shown.rows, found["stranded"]
        actor.memory[key] = stranded.lines(rows.filter(pk__in=keys), shown.campaign, Holding.of(actor)) if keys else []
    return actor.memory[key]


def tallies(found):
    """Read the ``Tally`` rows of what ``of_board`` has found."""
    return tuple([Tally(*row[:8], _moment(row[8]), tuple(row[9])) for row in found["tallies"]])


def led(found, units):
    """Read the lines of ``leading`` of what ``of_board`` has found.

    ``units``: id → unit, of those that the reader still sees.
    """
    return [
        leading.Line(units[unit], *numbers, tuple(names), _moment(at))
        for unit, *numbers, names, at in found["leading"]
        if unit in units
    ]


@kept.finder("sheets", with_own_acts=True)
def of_list(actor, *, campaign, **chosen):
    """Find the keys of the submissions that the list of a campaign holds, in its order, for ``kept``.

    ``campaign``: its key, or None. ``chosen``: the fields of a ``Choice``. The figures are those of the chosen tasks, units and
    people, whatever their state.
    """
    choice, listed = Choice(**chosen), figures.listed(actor, figures.campaign_of(actor, campaign))
    rows = choice.narrow(listed, on=actor.on)
    rows = figures.in_order(rows if choice.state else rows.exclude(state=State.WAITING))
    counted = choice.whose(listed).aggregate(**figures.figures(actor.on))
    return counted, list(rows.values_list("pk", flat=True))


def _text(moment):
    return moment and moment.isoformat()


def _moment(text):
    return text and datetime.fromisoformat(text)
