"""What is kept for a while of the progress of a large school (``registers.kept``).

The counts and keys that take long to find, for the board and for the list of submissions. Whoever does something himself has them
counted anew. The rest of a page is of the moment: names, who has a sheet now, what may be done.
"""

from datetime import datetime

from registers import clock, kept
from registers.models import Unit
from workflows.models import Campaign
from workflows.models.submissions import State
from workflows.policies import Holding
from workflows.progress import figures, leading, stranded
from workflows.progress.board import Board
from workflows.progress.figures import Choice, Tally


@kept.finder("progress", with_own_acts=True)
def of_board(actor, *, campaign):
    """Find what the board of a campaign (its key) counts, for ``kept``.

    As figures the ``tallies``, the first lines of ``leading`` with their counts, and the keys of sheets that nobody can take.
    """
    of = _campaign(campaign)
    listed, holding = figures.listed(actor, of), Holding.of(actor)
    shown = Board(of, listed, at=clock.now())
    units = Unit.objects.visible_to(actor).in_bulk(shown.unit_ids)
    led = leading.lines(listed, of.scheme.rules, units=units, holding=holding)
    nobody = stranded.stranded(listed, of, holding) if shown.running else []
    return {
        "tallies": [[*one[:8], _text(one.since), one.handed] for one in shown.tallies],
        "leading": [
            [line.unit.pk, line.leaders, line.handed, line.others, line.before, line.names, _text(line.at)]
            for line in led[: leading.SHOWN]
        ],
        "leading_counts": leading.counts(led),
        "stranded": [submission.pk for submission, _ in nobody],
    }, []


def tallies(found):
    """Read the ``Tally`` rows of what ``of_board`` has found."""
    return [Tally(*row[:8], _moment(row[8]), tuple(row[9])) for row in found["tallies"]]


def led(found, units):
    """Read the lines of ``leading`` of what ``of_board`` has found. ``units``: id → unit, of those that the reader still sees."""
    return [
        leading.Line(units[unit], *numbers, tuple(names), _moment(at))
        for unit, *numbers, names, at in found["leading"]
        if unit in units
    ]


@kept.finder("sheets", with_own_acts=True)
def of_list(actor, *, campaign, **chosen):
    """Find the keys of the submissions that the list of a campaign (its key, or None) holds in its order, for ``kept``.

    ``chosen``: the fields of a ``Choice``. The figures are those of the chosen tasks, units and people, whatever their state.
    """
    choice, listed = Choice(**chosen), figures.listed(actor, _campaign(campaign))
    rows = choice.narrow(listed, on=actor.on)
    rows = figures.in_order(rows if choice.state else rows.exclude(state=State.WAITING))
    counted = choice.whose(listed).aggregate(**figures.figures(actor.on))
    return counted, list(rows.values_list("pk", flat=True))


def _campaign(key):
    return Campaign.objects.select_related("scheme", "institution").filter(pk=key).first()


def _text(moment):
    return moment and moment.isoformat()


def _moment(text):
    return text and datetime.fromisoformat(text)
