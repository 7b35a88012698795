"""The only place that puts versions in force or takes them out.

Source: design decision 3.
"""

from registers.models import ControlMeasure, LeadingGroup, PostGrade, PowerItem, RiskPoint
from registers.refusals import Refused

VERSIONED = (RiskPoint, PowerItem, ControlMeasure, PostGrade)


def _moved_on(record):
    """Return the refusal of a record that is in force already, or no longer."""
    return Refused(f"“{record}”在登记册中已有变动，不能按本表生效。请退回填报人，按现行登记重新核对。")


def enter_into_force(record, *, on):
    """Put a proposal in force from the day ``on`` and close the open version of its series.

    Raises ``Refused`` when the record is no proposal.
    """
    model = type(record)
    model.objects.open().filter(series=record.series).update(in_force_until=on)
    if model is ControlMeasure:
        # A measure belongs to a stage of a point: a new one replaces whatever stood there.
        there = model.objects.open().filter(point_series=record.point_series, stage=record.stage)
        there.update(in_force_until=on)
    if not model.objects.filter(pk=record.pk, in_force_from=None).update(in_force_from=on):
        raise _moved_on(record)
    record.in_force_from = on


def load_history(records, *, on):
    """Put records from before this system in force since the day ``on``, and return them saved.

    Only for what no submission of this system can have brought: last year's register of a demo, an old ledger. They
    are the first versions of their series and close nothing. Raises ``Refused`` when one of them is on record
    already; then nothing is written.
    """
    records = list(records)
    for record in records:
        if record.pk is not None or record.in_force_from is not None:
            raise _moved_on(record)
    for record in records:
        record.in_force_from = on
    for model in VERSIONED:
        model.objects.bulk_create([record for record in records if isinstance(record, model)], batch_size=500)
    return records


def retire(record, *, on):
    """Close a version in force for good.

    A retired risk point takes its measures along (R4-30).
    """
    closed = type(record).objects.open().filter(pk=record.pk)
    if not closed.update(in_force_until=on):
        raise _moved_on(record)
    if isinstance(record, RiskPoint):
        ControlMeasure.objects.open().filter(point_series=record.series).update(in_force_until=on)


def file_group(group, *, on):
    """Let a unit's list of leading group members take effect and close the one before. Source: R1-51."""
    LeadingGroup.objects.without_end().filter(unit=group.unit_id).update(until=on)
    if not LeadingGroup.objects.filter(pk=group.pk, since=None).update(since=on):
        raise _moved_on(group)
