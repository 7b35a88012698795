"""The status of control measures, and notes on how it goes.

Who carries them out is said by ``workflows.responsibilities``. A measure is done when the latest note on its version says so (kept as
its ``noted``), and overdue when its day has passed before that. What lists ask of many measures is written so that a database begins
with the few rows that the reader has to do with.
Source: R1-41, R3-06, R3-26, R3-34.
"""

import logging
from collections import Counter
from dataclasses import dataclass

from django.db import transaction
from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce

from registers import audit, counts, kept, versions
from registers.access import policy_of, require
from registers.models import ControlMeasure, ResponsibleParty, RiskPoint, Unit
from registers.models.risks import GRAVEST_FIRST
from registers.models.spans import has_begun, has_ended
from registers.refusals import Refused
from registers.schemes.custody import KEEPERS
from registers.text import without_unseen
from workflows import attachments, responsibilities
from workflows.deadlines import days
from workflows.models import MeasureCheck, MeasureProgress

logger = logging.getLogger(__name__)

NIGHT_HOUR = 3
State = MeasureProgress.State
LONGEST = 2000
MOST_FILES = 5
# The statuses of a measure: code → (label, tone of its badge).
STATUSES = {
    "planned": ("拟定", ""),
    "in_force": ("待落实", "info"),
    "under_way": ("正在落实", "primary"),
    "not_done": ("未落实", "warn"),
    "overdue": ("逾期", "danger"),
    "done": ("已落实", "ok"),
    "revised": ("已修订", "off"),
}
# The filters of lists.
FILTERS = {"open": "未到期", "overdue": "逾期", "done": "已落实"}


@dataclass(frozen=True)
class Status:
    """The status of a measure, with its label and the tone of its badge."""

    code: str

    @property
    def label(self):
        return STATUSES[self.code][0]

    @property
    def tone(self):
        return STATUSES[self.code][1]


def status_of(measure, *, on):
    """The status of a measure on the day ``on``."""
    if not has_begun(measure, on):
        return Status("planned")
    if measure.noted == State.DONE:
        return Status("done")
    if has_ended(measure, on):
        return Status("revised")
    if measure.due_on is not None and measure.due_on < on:
        return Status("overdue")
    return Status(measure.noted or "in_force")


def states(on):
    """Return the conditions of ``FILTERS`` on the day ``on``: every measure in force meets one of them."""
    return {
        "open": responsibilities.UNDONE & (Q(due_on=None) | Q(due_on__gte=on)),
        "overdue": responsibilities.UNDONE & Q(due_on__lt=on),
        "done": Q(noted=State.DONE),
    }


def readable(actor):
    """Return the measures in force that this person may read, to show some of them.

    They are those of ``visible_to``. Whoever reads above the units may read very many: each row is asked whether he may, in the
    order of the list, until a page is full. (As ``EXISTS`` the database would look up all points first.) Everybody else has few
    points. They are found first, by statements of their own: nested in one, a database whose statistics are old tries every
    measure with every point.
    """
    if actor.has(*KEEPERS):
        return asked_one_by_one(policy_of(ControlMeasure).facts(actor))
    measures = ControlMeasure.objects.in_force(actor.on)
    points = RiskPoint.objects.visible_to(actor).order_by()
    if not actor.is_authenticated:
        return measures.none()
    points = list(points.values_list("series", flat=True).distinct())
    named = list(responsibilities.naming(actor).values_list("responsibility", flat=True).distinct())
    return measures.filter(Q(point_series__within=points) | Q(responsible__within=named))


def asked_one_by_one(facts):
    """Return the measures of ``readable``, each of which is asked whether it may be read.

    ``facts``: those of their policy.
    """
    points = RiskPoint.objects.filter(policy_of(RiskPoint).readable(facts), series=OuterRef("point_series"))
    meant = {"posts": facts["my_posts"], "offices": facts["my_offices"], "on": facts["today"]}
    named = ResponsibleParty.objects.meaning(facts["me"], **meant).values("responsibility")
    measures = ControlMeasure.objects.in_force(facts["today"]).alias(seen=Subquery(points.order_by().values("pk")[:1]))
    return measures.filter(Q(seen__isnull=False) | Q(responsible__in=named))


def of_view(actor, view, unit=""):
    """Return the measures of a view of the list.

    "mine", "check" (those that wait for his check), "vacant" (that nobody is there to carry out), or all that he may read. ``unit``:
    code of a unit, with all below it.
    """
    if view == "mine":
        measures = responsibilities.mine(actor)
    elif view == "vacant":
        measures = responsibilities.vacant(ControlMeasure.objects.visible_to(actor).in_force(actor.on), on=actor.on)
    elif view == "check":  # what is not noted as done never waits
        measures = ControlMeasure.objects.visible_to(actor).in_force(actor.on).filter(noted=State.DONE)
        measures = policy_of(MeasureCheck).awaiting(measures, actor)
    else:
        measures = readable(actor)
    return measures.filter(unit__in=Unit.objects.visible_to(actor).subtree(unit)) if unit else measures


def is_read_in_order(actor, view):
    """Whether a page of the list is read from the register itself, in the order of an index.

    It is for those who may read very many. For everybody else, and of what waits for a check, the whole list is found at once
    (``tally``).
    """
    return view == "" and actor.has(*KEEPERS)


@kept.finder("measures")
def tally(actor, *, view="", unit="", state="", stage=""):
    """Count the measures of a view by status, for ``kept``.

    The rows are the ids of those of a ``state`` and a ``stage`` in the order of the list, none where it is read in order.
    """
    if is_read_in_order(actor, view):
        return _tally_of_many(actor, unit), []
    marked = {code: ExpressionWrapper(wanted, BooleanField()) for code, wanted in states(actor.on).items()}
    listed = of_view(actor, view, unit).order_by(*GRAVEST_FIRST).annotate(**marked)
    listed = list(listed.values("pk", "stage", *marked))
    counts = {code: sum(bool(row[code]) for row in listed) for code in marked}  # without a day: unknown, so no
    rows = [row["pk"] for row in listed if (not state or row[state]) and stage in ("", row["stage"])]
    return counts | {"all": len(listed)}, rows


def _tally_of_many(actor, unit):
    counted = {code: Count("pk", filter=wanted) for code, wanted in states(actor.on).items()}
    parts = [part.aggregate(all=Count("pk"), **counted) for part in _of_many(actor, unit)]
    return {code: sum(part[code] for part in parts) for code in parts[0]}


@kept.finder("measures_further")
def order_of_many(actor, *, unit="", state="", stage=""):
    """Find the ids of a whole list that is read in order, for ``kept``.

    A page far into such a list is found with these: the list itself would have to ask of every measure before it.
    """
    order = {f"place_{number}": key for number, key in enumerate(GRAVEST_FIRST)}  # the id is the last
    of_points, named = (
        narrowed(part, actor.on, state, stage).annotate(**order).order_by().values_list(*order)
        for part in _of_many(actor, unit)
    )
    return {}, [pk for *_, pk in of_points.union(named, all=True).order_by(*order).iterator()]


def _of_many(actor, unit):
    """The measures of ``readable`` in two parts, to read all of them at once: of points that he may read, and the rest.

    Asked with OR, a database whose table of those points has outgrown its memory goes through all of them for each measure.
    """
    measures = ControlMeasure.objects.in_force(actor.on)
    if unit:
        measures = measures.filter(unit__in=Unit.objects.visible_to(actor).subtree(unit))
    points = counts.seen(actor)
    named = measures.filter(responsible__in=responsibilities.naming(actor))
    named = named.exclude(Exists(points.filter(series=OuterRef("point_series"))))
    return measures.filter(point_series__in=points.values("series")), named


def narrowed(measures, on, state, stage):
    """Keep the measures of a status (of ``FILTERS``) on a day and of a stage, empty for all."""
    if wanted := states(on).get(state):
        measures = measures.filter(wanted)
    return measures.filter(stage=stage) if stage else measures


@kept.finder("measured_units")
def measured_units(actor):
    """Find the units of the measures that the reader may read, for ``kept``.

    The rows are ``(code, name)``.
    """
    held = readable(actor).order_by()
    many = is_read_in_order(actor, "")
    units = Unit.objects.filter(Exists(held.filter(unit=OuterRef("pk"))) if many else Q(pk__in=held.values("unit")))
    return {}, list(units.order_by("position", "code").values_list("code", "name"))


@kept.finder("uncovered")
def uncovered_points(actor, *, unit="", grade=""):
    """Find the points in force without a measure, for ``kept``. Source: R0-14, R3-26.

    Grade code (empty: not graded) → number, and the ids of those of ``grade`` ("none": not graded; empty: all), gravest first.
    """
    points = RiskPoint.objects.visible_to(actor).in_force(actor.on)
    if unit:
        points = points.filter(unit__in=Unit.objects.visible_to(actor).subtree(unit))
    measures = ControlMeasure.objects.in_force(actor.on).filter(point_series=OuterRef("series"))
    ordered = points.filter(~Exists(measures)).order_by(
        F("final_grade__rank").asc(nulls_last=True), "unit__position", "unit__code", "pk"
    )
    found = [(pk, code or "") for pk, code in ordered.values_list("pk", "final_grade__code")]
    wanted = "" if grade == "none" else grade
    return Counter(code for _, code in found), [pk for pk, code in found if not grade or code == wanted]


def same_today(latest, values, *, actor, at):
    """Return the row ``latest`` as a list if this person wrote it today with the same ``values``.

    Else an empty list.
    """
    same = latest is not None and latest.by_id == actor.user_id
    same = same and all(getattr(latest, name) == value for name, value in values.items())
    return [latest] if same and latest.at >= days.start_of(days.local(at).date()) else []


def worded(text, uploads, *, label, missing):
    """Return ``text`` as it is kept.

    It must say something and not be too long, and the ``uploads`` not too many. ``label``: of its field. ``missing``: what
    whoever wrote nothing is told. Raises ``Refused``.
    """
    text = without_unseen(text)[0].strip()
    if not text:
        raise Refused(missing, "text")
    if len(text) > LONGEST:
        raise Refused(f"“{label}”最多 {LONGEST} 字，现有 {len(text)} 字，请删减。", "text")
    if len(uploads) > MOST_FILES:
        raise Refused(f"一次最多上传 {MOST_FILES} 个文件，现有 {len(uploads)} 个。", "files")
    return text


@transaction.atomic
def note(pk, *, state, text, actor, at, uploads=()):
    """Add a note on how the measure version ``pk`` is carried out, with evidence, and return it.

    What is sent twice on one day is one note. ``uploads`` are Django ``UploadedFile``. Raises ``Refused`` or
    ``NotAllowed``.
    """
    measure = ControlMeasure.objects.select_for_update().get(pk=pk)
    require(actor, "note", MeasureProgress(measure=measure))
    if state not in State.values:
        raise Refused("请选择落实情况。", "state")
    missing = "请写明落实的情况：做了什么，结果如何；未落实的写明原因和打算。"
    text = worded(text, uploads, label="情况说明", missing=missing)
    said = same_today(measure.progress.first(), {"state": state, "text": text}, actor=actor, at=at)
    if (again := attachments.sent_before(said, uploads)) is not None:
        return again
    progress = MeasureProgress.objects.create(measure=measure, state=state, text=text, by=actor.user, at=at)
    keep_noted([measure.pk])
    kept.forget(actor)
    progress.attachments.set([attachments.keep(upload, actor=actor, at=at) for upload in uploads])
    audit.append(
        "measure.record",
        about=progress,
        actor=actor,
        at=at,
        detail={"measure": measure.pk, "state": state, "files": len(uploads)},
    )
    return progress


def noted():
    """Return what the latest note on a measure says, as an expression over measures.

    This is what is kept as ``noted``.
    """
    latest = MeasureProgress.objects.filter(measure=OuterRef("pk")).order_by("-at", "-pk")
    return Coalesce(Subquery(latest.values("state")[:1]), Value(""))


def keep_noted(measures):
    """Let these measures (ids) keep what the latest note on each says."""
    ControlMeasure.objects.filter(pk__in=measures).update(noted=noted())


def each_night(*, at):
    """Check in the night what measures keep (``repair``).

    Anything found is an error of this program, and logged.
    """
    if days.local(at).hour == NIGHT_HOUR and (wrong := repair()):
        logger.error("measures: %s kept another rank or note than the register has", wrong)


def repair():
    """Look up again what the measures in force keep, and return how many kept something else.

    What differs is put right: nothing ever should.
    """
    measures = ControlMeasure.objects.open().annotate(rank_now=versions.rank_of_point(), noted_now=noted())
    keys = list(measures.exclude(rank=F("rank_now"), noted=F("noted_now")).values_list("pk", flat=True))
    for start in range(0, len(keys), versions.BATCH):
        these = ControlMeasure.objects.filter(pk__in=keys[start : start + versions.BATCH])
        these.update(rank=versions.rank_of_point(), noted=noted())
    return len(keys)
