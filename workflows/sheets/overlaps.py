"""What other sheets do to the records of a sheet: changed meanwhile, or on their way at the same time.

Whether a change can still take effect is asked here when a sheet is filled, read and decided, and by ``registers.versions`` under
its lock when it is filed.
"""

import uuid
from dataclasses import dataclass, replace

from django.db.models import Q
from django.utils import timezone

from registers import versions
from registers.differences import differences, words_of
from registers.models import ControlMeasure
from registers.text import segments
from workflows.models import SubmissionLine
from workflows.models.submissions import State
from workflows.sheets.shown import RECORDS, Change

IN_FLIGHT = (State.IN_REVIEW, State.RETURNED)
GONE = "（已撤销）"


@dataclass(frozen=True)
class Row:
    """One thing of a record in words: as it was, as it is in force now, and as this sheet has it."""

    label: str
    base: str
    current: str
    own: str

    @property
    def current_parts(self):
        return segments(self.base, self.current)

    @property
    def own_parts(self):
        return segments(self.base, self.own)


@dataclass(frozen=True)
class Overtaken:
    """A record that another sheet has changed since this one started from it.

    ``sentence``: what has happened. ``rows``: a ``Row`` for each thing that differs.
    """

    sentence: str
    rows: list


def of_typed(sheet, content):
    """Return entry key → ``Overtaken`` for what was typed upon versions that are no longer in force."""
    outdated = [entry for entry in content["entries"] if sheet.is_outdated(entry)]
    return {entry["key"]: _of_entry(sheet, entry) for entry in outdated}


def of_submitted(composition):
    """Return entry key → ``Overtaken`` for lines that start from versions no longer in force."""
    return named(composition, conflicts_of(composition.lines))


def conflicts_of(lines):
    """Return the conflicts of a sheet's ``lines`` with what is in force now (``versions.conflicts_of``)."""
    return versions.conflicts_of(
        [line.record for line in lines if line.change != Change.RETIRE],
        retiring=[line.record for line in lines if line.change == Change.RETIRE],
    )


def named(composition, conflicts):
    """Return entry key → ``Overtaken`` for the conflicts found among a sheet's lines."""
    entries = {line.record: str(line.entry) for line in composition.lines}
    overtaken = {}
    for conflict in conflicts:
        found = _of_versions(composition.sheet, conflict.base, conflict.current, conflict.record)
        earlier = overtaken.get(entries[conflict.record])
        rows = (earlier.rows if earlier else []) + found.rows
        overtaken[entries[conflict.record]] = Overtaken(earlier.sentence if earlier else found.sentence, rows)
    return overtaken


def alongside(composition):
    """Return entry key → other sheets under way about the same record, each in words (同时在办)."""
    own = {}
    for line in composition.lines:
        own.setdefault((RECORDS[type(line.record)], line.record.series), str(line.entry))
    same = Q()
    for name in {name for name, _ in own}:
        same |= Q(**{f"{name}__series__in": [series for kind, series in own if kind == name]})
    if not own:
        return {}
    others = SubmissionLine.objects.filter(same, submission__state__in=IN_FLIGHT)
    same_table = {composition.submission.pk, *(line.submission_id for line in composition.lines)}
    others = others.exclude(submission__in=same_table).exclude(change=Change.KEEP)
    found = {}
    for line in others.select_related(*RECORDS.values(), "submission__task", "submission__unit", "submission__post"):
        entry = own[RECORDS[type(line.record)], line.record.series]
        found.setdefault(entry, []).append(f"{_called(line.submission)}拟{line.get_change_display()}")
    return {entry: list(dict.fromkeys(words)) for entry, words in found.items()}


def _of_entry(sheet, entry):
    series, current = uuid.UUID(entry["key"]), sheet.recorded.get(entry["key"])
    seen = [int(key) for key in entry["seen"].split(".")] if "seen" in entry else [entry["base"]]
    base = sheet.model.objects.filter(pk=seen[0], series=series, unit=sheet.submission.unit_id).first()
    if base is not None and base == current:
        return _of_measures(sheet, entry, series, seen[1:])
    found = _of_versions(sheet, base, current, None)
    typed = {field.label: field.in_words(entry["values"].get(field.name, "")) for field in sheet.entry_fields()}
    return Overtaken(found.sentence, [replace(row, own=typed.get(row.label, "")) for row in found.rows])


def _of_measures(sheet, entry, series, seen):
    """The point is as it was seen; its measures, of which these keys were seen, are not."""
    then = {row.stage: row for row in ControlMeasure.objects.filter(pk__in=seen, point_series=series)}
    now = {row.stage: row for row in ControlMeasure.objects.open().filter(point_series=series)}
    changed = [stage for stage in sheet.rules.measure_stages if then.get(stage.code) != now.get(stage.code)]
    rows = [
        Row(stage.label, _text(then.get(stage.code)), _text(now.get(stage.code)), entry["values"].get(stage.code, ""))
        for stage in changed
    ]
    code = changed[0].code if changed else ""
    known = now.get(code) or then.get(code) or sheet.recorded[entry["key"]]
    return Overtaken(_sentence(now.get(code, known), known), rows)


def _text(measure):
    return measure.text if measure else ""


def _of_versions(sheet, base, current, record):
    """``record`` None: what this sheet has is typed and not written yet."""
    kept = record is None or record == base
    if base is None or current is None or type(base) is not type(current):
        known = base or current or record
        row = Row("内容", str(base or ""), str(current) if current else GONE, str(record if record else ""))
        return Overtaken(_sentence(current, known), [row])
    rows = [
        Row(
            thing.label, thing.before, thing.after, thing.before if kept else words_of(record, thing.field, sheet.rules)
        )
        for thing in differences(base, current, rules=sheet.rules)
    ]
    return Overtaken(_sentence(current, base), rows)


def _sentence(current, base):
    """Who changed the record since, on which day."""
    lines = SubmissionLine.objects.filter(submission__state=State.FILED)
    if current is not None:
        lines = lines.filter(**{RECORDS[type(current)]: current}).exclude(change=Change.KEEP)
    else:
        lines = lines.filter(_retiring(base), change=Change.RETIRE)
    line = lines.select_related("submission__task", "submission__unit", "submission__post").last()
    act = "修改" if current is not None else "撤销"
    if line is None:
        return f"该项在登记册中已另行{act}"
    on = timezone.localdate(line.submission.filed_at)
    return f"该项已由{_called(line.submission)}于{on.year}年{on.month}月{on.day}日{act}"


def _retiring(base):
    same = Q(**{f"{RECORDS[type(base)]}__series": base.series})
    return same | Q(risk_point__series=base.point_series) if isinstance(base, ControlMeasure) else same


def _called(submission):
    """A sheet as anybody may hear of it: its task and its place, nobody's name."""
    return f"“{submission.task.label}”（{submission.post or submission.unit}）"
