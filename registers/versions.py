"""The only place that puts versions in force or takes them out.

Source: design decision 3.
"""

from django.db import transaction
from django.db.models import Q

from registers.models import ControlMeasure, LeadingGroup, PostGrade, PowerItem, RiskPoint
from registers.refusals import Refused

VERSIONED = (RiskPoint, PowerItem, ControlMeasure, PostGrade)
BATCH = 500


def _moved_on(records):
    """Return the refusal of records that are in force already, or no longer."""
    named = "、".join(f"“{record}”" for record in records)
    return Refused(f"{named}在登记册中已有变动，不能按本表生效。请退回填报人，按现行登记重新核对。")


def enter_into_force(record, *, on):
    """Put one proposal in force, as ``enter_all_into_force`` does."""
    enter_all_into_force([record], on=on)


@transaction.atomic
def enter_all_into_force(records, *, on):
    """Put proposals in force from the day ``on`` and close the open version of each series.

    The same as one after the other, in a few statements: what is written is locked in one order, so that two sheets never
    wait for each other. Raises ``Refused`` when one of the records is no proposal; then nothing is changed.
    """
    for batch in _batches(records):
        model = type(batch[0])
        proposals, replaced = _locked(model, batch)
        if moved_on := [record for record in batch if record.pk not in proposals]:
            raise _moved_on(moved_on)
        if replaced:
            model.objects.filter(pk__in=replaced).update(in_force_until=on)
        model.objects.filter(pk__in=proposals).update(in_force_from=on)
        for record in batch:
            record.in_force_from = on


def _batches(records):
    """The records by model, in parts of which no two stand in one place: of such, the later one closes the earlier."""
    for model in VERSIONED:
        batch, taken = [], set()
        for record in records:
            if not isinstance(record, model):
                continue
            places = _places(record)
            if taken & places or len(batch) == BATCH:
                yield batch
                batch, taken = [], set()
            batch.append(record)
            taken |= places
        if batch:
            yield batch


def _places(record):
    """What only one version in force may hold: its series; of a measure also its stage at a point, whatever the series."""
    stage = {(record.point_series, record.stage)} if isinstance(record, ControlMeasure) else set()
    return {record.series} | stage


def _locked(model, batch):
    """Keys of those of ``batch`` that are proposals, and of the open versions that they replace; all are locked."""
    near = Q(series__in=[record.series for record in batch])
    if model is ControlMeasure:
        near |= Q(point_series__in=[record.point_series for record in batch])
    own = model.objects.filter(pk__in=[record.pk for record in batch])
    rows = list((own | model.objects.open().filter(near)).order_by("pk").select_for_update())
    taken = set().union(*map(_places, batch))
    proposals = [row.pk for row in rows if row.in_force_from is None]
    return proposals, [row.pk for row in rows if row.in_force_from is not None and _places(row) & taken]


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
    return records


def retire(record, *, on):
    """Close one version in force for good, as ``retire_all`` does."""
    retire_all([record], on=on)


@transaction.atomic
def retire_all(records, *, on):
    """Close versions in force for good. A retired risk point takes its measures along (R4-30).

    A measure may be named beside its point. Raises ``Refused`` when one of the records is not in force; then nothing is
    changed.
    """
    for model in (PowerItem, ControlMeasure, PostGrade, RiskPoint):  # measures before the points that take them along
        own = [record for record in records if isinstance(record, model)]
        for start in range(0, len(own), BATCH):
            batch = own[start : start + BATCH]
            open_ = model.objects.open().filter(pk__in=[record.pk for record in batch]).order_by("pk")
            closing = set(open_.select_for_update().values_list("pk", flat=True))
            if moved_on := [record for record in batch if record.pk not in closing]:
                raise _moved_on(moved_on)
            model.objects.filter(pk__in=closing).update(in_force_until=on)
            if model is RiskPoint:
                along = ControlMeasure.objects.open().filter(point_series__in=[point.series for point in batch])
                along.update(in_force_until=on)


def file_group(group, *, on):
    """Let a unit's list of leading group members take effect and close the one before. Source: R1-51."""
    LeadingGroup.objects.without_end().filter(unit=group.unit_id).update(until=on)
    if not LeadingGroup.objects.filter(pk=group.pk, since=None).update(since=on):
        raise _moved_on([group])
