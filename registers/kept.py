"""Answers that take long to find are kept for a while, and the page says of which moment they are.

What is found quickly is never kept, so a small school always sees the register as it is. What took long is kept a thousand times as
long as it took, at most an hour, for one reader and what he asked: so finding it costs a thousandth of the time, however large the
register is. Each hour the worker finds the answers of the last days anew, so that a reader seldom waits.
"""

import json
import logging
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from time import perf_counter

from django.conf import settings
from django.db import DatabaseError, transaction

from registers import clock
from registers.actors import Actor
from registers.models import AuditEntry, KeptAnswer, KeptRows

logger = logging.getLogger(__name__)

ROWS, LAST_PAGE = 50, 10_000  # rows of a kept page: those of a page on the screen
TIMES, LONGEST_SECONDS = 1000, 3600
REMEMBERED_DAYS = 3  # an answer that nobody has asked for so long is dropped
ENOUGH_SECONDS = 60  # of an hour's work
MOST = 40  # answers of one reader
JUST_DONE_SECONDS = 10  # an act may take so long from its moment until others see it

_FINDERS, _WITH_OWN_ACTS = {}, set()


@dataclass(frozen=True)
class Answer:
    """What was found: ``figures`` (a dict) and rows, by page. ``made_at`` None: just now."""

    figures: dict
    made_at: datetime | None
    _rows: list | None = None
    _key: int | None = None

    def rows(self, start, stop):
        """Return the rows from ``start`` up to, but without, ``stop``."""
        if self._rows is not None:
            return self._rows[start:stop]
        pages = KeptRows.objects.filter(answer=self._key, number__range=(start // ROWS + 1, (stop - 1) // ROWS + 1))
        found = [row for page in pages.order_by("number") for row in page.rows]
        return found[start % ROWS : start % ROWS + stop - start]

    def every_row(self):
        """Return all rows, of an answer that never has many."""
        return self.rows(0, ROWS * LAST_PAGE)

    def __getitem__(self, part):
        """The rows of a slice, so that a list in pages can be made of them."""
        return self.rows(part.start, part.stop)


def finder(what, *, with_own_acts=False):
    """Register the function that finds an answer.

    It is ``(actor, **asked) -> (figures, rows)``, both plain JSON. ``with_own_acts``: it is found anew after each act of the reader.
    Whoever changes what it returns gives it another name: answers of before are still kept.
    """

    def register(function):
        _FINDERS[what] = function
        if with_own_acts:
            _WITH_OWN_ACTS.add(what)
        return function

    return register


@dataclass(frozen=True)
class _Question:
    """What a person asks. ``about``: the same as text."""

    what: str
    actor: Actor
    about: str

    @property
    def reach(self):
        """What decides which rows the person may read, as a digest.

        It is all that he is on the day, and the tree of units.
        """
        held = sorted((grant.role, grant.unit_id, grant.acting_for_id or 0) for grant in self.actor.grants)
        tree = sorted(self.actor.parents.items())
        return sha256(repr((held, sorted(self.actor.posts), tree)).encode()).hexdigest()


def answer(what, actor, **asked):
    """Return the ``Answer`` to what this person asks: a kept one while it is good, else one found now.

    ``asked``: plain values, handed to the finder.
    """
    question = _Question(what, actor, json.dumps(asked, sort_keys=True))
    row = KeptAnswer.objects.filter(what=what, reader=actor.user_id, about=question.about).first()
    if row is None or row.on != actor.on or row.reach != question.reach or not _is_good(row) or _has_acted(row):
        return _find(question, asked_on=actor.on)
    if row.asked_on != actor.on:
        KeptAnswer.objects.filter(pk=row.pk).update(asked_on=actor.on)
    return Answer(row.figures, row.made_at, _key=row.pk)


def anew(what, actor, **asked):
    """Return the same ``Answer``, found now and not kept.

    For what must not be stored, such as a name that was typed.
    """
    figures, rows = _FINDERS[what](actor, **asked)
    return Answer(figures, None, rows)


def forget(actor):
    """Drop what is kept for this person: he has just changed something and looks for it."""
    KeptAnswer.objects.filter(reader=actor.user_id).delete()


def refresh(*, at):
    """Find anew what is kept and not of this hour, and return how many answers were.

    What nobody asks for any longer is dropped. It stops after some time: what is left is found when somebody asks.
    """
    begun, done, on = perf_counter(), 0, clock.local_day(at)
    KeptAnswer.objects.filter(asked_on__lt=on - clock.days(REMEMBERED_DAYS)).delete()
    old = KeptAnswer.objects.exclude(made_at__gt=at - clock.seconds(LONGEST_SECONDS)).order_by("made_at", "pk")
    for row in old.select_related("reader"):
        if perf_counter() - begun > ENOUGH_SECONDS:
            break
        try:
            _find(_Question(row.what, Actor(row.reader, on=on), row.about), asked_on=row.asked_on)
        except Exception:  # such as a unit that is gone: whoever asks again is told so
            logger.exception("kept: %s about %s was not found anew", row.what, row.about)
            row.delete()
        done += 1
    return done


def _is_good(row):
    age = (clock.now() - row.made_at).total_seconds()
    return 0 <= age <= min(row.seconds * TIMES, LONGEST_SECONDS)  # a demo's clock may be set back


def _has_acted(row):
    """Whether the reader has done something since, of an answer that has to show it."""
    if row.what not in _WITH_OWN_ACTS:
        return False
    since = row.made_at - clock.seconds(JUST_DONE_SECONDS)
    return AuditEntry.objects.filter(actor=row.reader_id, at__gte=since).exists()


def _find(question, *, asked_on):
    """Find an answer, and keep it if it took long. It is of the moment when the search began."""
    begun, made_at = perf_counter(), clock.now()
    figures, rows = _FINDERS[question.what](question.actor, **json.loads(question.about))
    seconds = perf_counter() - begun
    if seconds < settings.KEEP_FROM_SECONDS or question.actor.user_id is None:
        return Answer(figures, None, rows)
    values = {"reach": question.reach, "on": question.actor.on, "asked_on": asked_on}
    values |= {"made_at": made_at, "seconds": seconds, "figures": figures}
    try:
        _keep(question, values, rows)
    except DatabaseError:  # somebody else is writing it: one of the two is enough
        return Answer(figures, None, rows)
    return Answer(figures, made_at, rows)


@transaction.atomic
def _keep(question, values, rows):
    reader = question.actor.user_id
    row, _ = KeptAnswer.objects.update_or_create(
        what=question.what, reader_id=reader, about=question.about, defaults=values
    )
    row.pages.all().delete()
    pages = [rows[start : start + ROWS] for start in range(0, len(rows), ROWS)]
    KeptRows.objects.bulk_create(
        [KeptRows(answer=row, number=number, rows=part) for number, part in enumerate(pages, start=1)], batch_size=100
    )
    too_many = KeptAnswer.objects.filter(reader=reader).order_by("-made_at", "-pk")[MOST:]
    KeptAnswer.objects.filter(pk__in=list(too_many.values_list("pk", flat=True))).delete()
