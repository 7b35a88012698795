"""The only place that puts versions in force or takes them out.

Every change names the version that it starts from: a proposal by its ``base``, a record that is kept or retired is that version
itself. It takes effect only while that version is still the open one of its series.
"""

from collections import namedtuple
from dataclasses import dataclass
from functools import cache

from django.db import transaction
from django.db.models import OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce

from registers.models import ControlMeasure, LeadingGroup, PostGrade, PowerItem, ProcessStep, RiskPoint
from registers.models.risks import UNGRADED
from registers.models.spans import OPEN_VERSION
from registers.models.versioned import KEPT_FIELDS
from registers.prepared import Given, Prepared, PreparedUpdate
from registers.refusals import Refused

VERSIONED = (RiskPoint, PowerItem, ControlMeasure, PostGrade)  # points before their measures: all lock in this order
BATCH = 500


@dataclass(frozen=True)
class Conflict:
    """A change whose base is no longer the open version.

    ``record``: the proposal, or the version that was to be kept or retired. ``current``: the version in force instead, None
    where the record is retired, or the point of a measure.
    """

    record: object
    current: object

    @property
    def base(self):
        """The version that the change starts from, None for a new record."""
        return self.record if self.record.in_force_from is not None else self.record.base


class Outdated(Refused):
    """Changes start from versions that are no longer in force. ``conflicts``: a ``Conflict`` each."""

    def __init__(self, conflicts):
        self.conflicts = conflicts
        named = "、".join(f"“{conflict.record}”" for conflict in conflicts)
        super().__init__(f"{named}在登记册中已有变动，不能按本表生效。请退回填报人，按现行登记重新核对。")


def base_key(record):
    """Return the key of the version that a change starts from, None for a new record.

    It is the base of a proposal, or the version kept or retired itself.
    """
    return record.pk if record.in_force_from is not None else record.base_id


def conflicts_of(changes, *, retiring=()):
    """Return a ``Conflict`` for each change that starts from a version no longer in force.

    ``changes``: proposals and kept versions. Locks nothing: what is found may change until it is applied.
    """
    return _conflicts(list(changes), list(retiring), _Register([*changes, *retiring]))


def enter_into_force(record, *, on):
    """Put one proposal in force, as ``apply`` does."""
    apply([record], on=on)


def retire(record, *, on):
    """Close one version in force for good, as ``apply`` does."""
    apply(retiring=[record], on=on)


@transaction.atomic
def apply(entering=(), *, on, retiring=(), kept=()):
    """Put proposals in force in the place of their bases, and close those ``retiring`` for good.

    ``on``: the first day. A retired risk point takes its measures along (R4-30). ``kept``: versions that have to be in force
    still. What is written is locked in one order, so that two sheets never wait for each other. Raises ``Outdated`` when a
    change does not start from the open version, ``Refused`` when something to enter is no proposal. Then nothing is changed.
    """
    entering, retiring = list(entering), list(retiring)
    found = _Register([*entering, *retiring, *kept], lock=True)
    if entered := [record for record in entering if (type(record), record.pk) not in found.proposals]:
        raise _moved_on(entered)
    if conflicts := _conflicts([*entering, *kept], retiring, found):
        raise Outdated(conflicts)
    for series in _in_batches([point.series for point in retiring if isinstance(point, RiskPoint)]):
        _written().measures_end.of(series=series, on=on)
    for model in VERSIONED:
        opening = [record for record in entering if isinstance(record, model)]
        closing = [record.base_id for record in opening if record.base_id]
        closing += [record.pk for record in retiring if isinstance(record, model)]
        for keys in _in_batches(closing):
            _written().ends[model].of(keys=keys, on=on)
        for keys in _in_batches([record.pk for record in opening]):
            _written().begins[model].of(keys=keys, on=on)
        for record in opening:
            record.in_force_from = on
    _keep_ranks(entering)


def rank_of_point():
    """Return the rank that a measure keeps of its point, as an expression over measures."""
    points = RiskPoint.objects.open().filter(series=OuterRef("point_series"))
    return Coalesce(Subquery(points.values("final_grade__rank")[:1]), Value(UNGRADED))


def _keep_ranks(records):
    """Let the measures in force of these records keep the rank that their point has now."""
    series = {record.series for record in records if isinstance(record, RiskPoint)}
    series |= {record.point_series for record in records if isinstance(record, ControlMeasure)}
    for keys in _in_batches(sorted(series)):
        _written().ranks.of(series=keys)


_Statements = namedtuple("_Statements", "begins ends measures_end ranks")


@cache
def _written():
    """Return what puts versions of each model in force, what ends them, and what is written about the measures of points."""
    begins, ends = {}, {}
    for model in VERSIONED:
        rows = model.objects.filter(pk__within=Given("keys"))
        begins[model] = PreparedUpdate(rows, in_force_from=Given("on"))
        ends[model] = PreparedUpdate(rows, in_force_until=Given("on"))
    measures = ControlMeasure.objects.open().filter(point_series__within=Given("series"))
    ranks = PreparedUpdate(measures, rank=rank_of_point())
    return _Statements(begins, ends, PreparedUpdate(measures, in_force_until=Given("on")), ranks)


def _moved_on(records):
    """Return the refusal of records that are on record already."""
    named = "、".join(f"“{record}”" for record in records)
    return Refused(f"{named}已经登记在册，不能再次登记。")


class _Register:
    """What the register holds where changes would take effect, read in one order and locked if asked for."""

    def __init__(self, changes, *, lock=False):
        self.open, self.proposals = {}, set()
        for model in VERSIONED:
            own = [record for record in changes if isinstance(record, model)]
            series, points = {record.series for record in own}, set()
            if model is RiskPoint:
                series |= {record.point_series for record in changes if isinstance(record, ControlMeasure)}
            elif model is ControlMeasure:
                points = {record.point_series for record in own}
            wanted = [sorted(keys) for keys in ({record.pk for record in own}, series, points)]
            for start in range(0, max(map(len, wanted)), BATCH):
                self._read(model, *(keys[start : start + BATCH] for keys in wanted), lock=lock)

    def _read(self, model, proposals, series, points, *, lock):
        given = {"proposals": proposals, "series": series} | ({"points": points} if points else {})
        for row in _near(model, bool(points), lock).of(**given):
            if row.in_force_from is None:
                self.proposals.add((model, row.pk))
            else:
                self.open |= dict.fromkeys(((model, place) for place in _places(row)), row)


@cache
def _near(model, with_points, lock):
    """The statement that reads ``proposals`` and the open versions of ``series``, or at ``points``, in order."""
    near = Q(pk__within=Given("proposals"), in_force_from=None) | OPEN_VERSION & Q(series__within=Given("series"))
    if with_points:
        near |= OPEN_VERSION & Q(point_series__within=Given("points"))
    rows = model.objects.filter(near).order_by("pk")
    return Prepared(rows.select_for_update() if lock else rows)


def _conflicts(changes, retiring, found):
    """The conflicts of ``changes`` and ``retiring`` with what was found in the register."""
    conflicts, taken = [], set()
    leaving = {(type(record), record.pk) for record in retiring}
    arriving = {record.series for record in changes if isinstance(record, RiskPoint)}
    for record in retiring:
        current = found.open.get((type(record), record.series))
        if current is None or current.pk != record.pk:
            conflicts.append(Conflict(record, current))
    for record in changes:
        model, base = type(record), base_key(record)
        current = found.open.get((model, record.series))
        places = {(model, place) for place in _places(record)}
        there = [found.open[place] for place in places if place in found.open]
        others = [row for row in there if row.pk != base and (model, row.pk) not in leaving]
        if current is not None and (model, current.pk) in leaving:
            current = None
        if (current and current.pk) != base:
            conflicts.append(Conflict(record, current))
        elif others or places & taken:
            conflicts.append(Conflict(record, others[0] if others else current))
        elif model is ControlMeasure and not _has_point(record, found, arriving, leaving):
            conflicts.append(Conflict(record, None))
        taken |= places
    return conflicts


def _has_point(measure, found, arriving, leaving):
    """Is the point of a measure in force, or about to be?"""
    point = found.open.get((RiskPoint, measure.point_series))
    return measure.point_series in arriving or (point is not None and (RiskPoint, point.pk) not in leaving)


def _places(record):
    """What only one version in force may hold: its series; of a measure also its stage at a point, whatever the series."""
    stage = {(record.point_series, record.stage)} if isinstance(record, ControlMeasure) else set()
    return {record.series} | stage


def _in_batches(keys):
    """Parts of a list that one statement can name."""
    return (keys[start : start + BATCH] for start in range(0, len(keys), BATCH))


def load_history(records, *, on):
    """Put records from before this system in force since the day ``on``, and return them saved.

    Only for what no submission of this system can have brought: last year's register of a demo, an old ledger. They
    are the first versions of their series and close nothing. Raises ``Refused`` when one of them is on record
    already; then nothing is written.
    """
    records = list(records)
    for record in records:
        if record.pk is not None or record.in_force_from is not None:
            raise _moved_on([record])
    for record in records:
        record.in_force_from = on
    for model in VERSIONED:
        model.objects.bulk_create([record for record in records if isinstance(record, model)], batch_size=BATCH)
    _keep_ranks(records)
    return records


def file_group(group, *, on):
    """Let a unit's list of leading group members take effect and close the one before. Source: R1-51."""
    LeadingGroup.objects.without_end().filter(unit=group.unit_id).update(until=on)
    if not LeadingGroup.objects.filter(pk=group.pk, since=None).update(since=on):
        raise _moved_on([group])


def transfer_unit(unit, *, to, on):
    """Let all that is in force or proposed of a unit belong to another from the day ``on``."""
    for model in VERSIONED:
        _transfer(model.objects.filter(unit=unit), to, on)


def transfer_posts(posts, *, to, on):
    """Let the points, grades and measures of ``posts`` (ids) belong to another unit from the day ``on``."""
    points = RiskPoint.objects.filter(post__in=posts)
    _transfer(ControlMeasure.objects.filter(point_series__in=points.values("series")), to, on)
    _transfer(PostGrade.objects.filter(post__in=posts), to, on)
    _transfer(points, to, on)


def _transfer(rows, unit, on):
    """Give rows in force another unit from the day ``on``.

    What was in force before is kept as a version of its own, which has ended. The row itself goes on, so that everything that
    starts from it still does: only where a record belongs has changed, nobody has asked for another text.
    """
    model = rows.model
    before = list(rows.filter(OPEN_VERSION, in_force_from__lt=on).exclude(unit=unit).order_by("pk").select_for_update())
    past = []
    for row in before:
        copied = {
            field.attname: getattr(row, field.attname)
            for field in model._meta.concrete_fields
            if field.name not in KEPT_FIELDS
        }
        past.append(model(**copied | {"id": None, "in_force_until": on}))
    model.objects.bulk_create(past, batch_size=BATCH)
    if model is PowerItem:
        _copy_steps(dict(zip([row.pk for row in before], past, strict=True)))
    for row, ended in zip(before, past, strict=True):
        model.objects.filter(pk=row.pk).update(unit=unit, base=ended, in_force_from=on)
    rows.filter(Q(OPEN_VERSION) | Q(in_force_from=None)).update(unit=unit)


def _copy_steps(past):
    """Give ended versions the steps of the powers they are copies of. ``past``: id of a power → its copy."""
    steps = list(ProcessStep.objects.filter(power_item__in=past))
    for step in steps:
        step.pk, step.power_item = None, past[step.power_item_id]
    ProcessStep.objects.bulk_create(steps, batch_size=BATCH)
