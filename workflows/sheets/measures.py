"""Sheets that bring control measures (识别防控表)."""

import uuid
from functools import cached_property

from registers.differences import differing_fields
from registers.models import ControlMeasure, RiskPoint
from registers.responsible import with_names
from workflows.sheets.arrangements import Arranged, facts, words_of
from workflows.sheets.base import WHY, Sheet
from workflows.sheets.fields import Field, faults_of
from workflows.sheets.points import SheetOnPoints
from workflows.sheets.shown import Change, Shown

LONGEST = 1000  # characters of one stage's text
SAID = ("text", "responsible", "due_on", "regulation")  # what a sheet says of a measure


class Measured(Arranged):
    """What every sheet that brings measures does, whatever else it brings.

    It asks for a text for each stage of the scheme, and who carries it out, by when and on which basis.
    """

    @cached_property
    def stage_fields(self):
        """One field a stage of the scheme. Who, by when and on which basis are folded away under it."""
        return [
            Field(
                stage.code,
                stage.label,
                "textarea",
                required=True,
                limit=LONGEST,
                missing=f"请填写“{stage.label}”{'' if stage.label.endswith('措施') else '措施'}。",
                rows=4,
                details=tuple(self.arrangement_fields(stage.code)),
            )
            for stage in self.rules.measure_stages
        ]

    def in_force(self):
        """The measures in force: point series → stage → measure."""
        measures = {}
        points = [point.series for point in self.recorded.values()]
        there = ControlMeasure.objects.open().filter(point_series__in=points)
        for measure in with_names(there).select_related("regulation"):
            measures.setdefault(measure.point_series, {})[measure.stage] = measure
        return measures

    @cached_property
    def _in_force(self):
        return self.in_force()

    def seen_of(self, record):
        """The point and its measures: a sheet that brings measures starts from all of them."""
        measures = self._in_force.get(record.series, {}).values()
        return ".".join(map(str, [record.pk, *sorted(measure.pk for measure in measures)]))

    def started_from(self, entry):
        record = self.recorded.get(entry["key"])
        return self.seen_of(record) if record else entry["base"]

    def measure_values(self, in_force):
        """The measures part of an entry. ``in_force``: stage → measure."""
        values = {}
        for stage in self.rules.measure_stages:
            measure = in_force.get(stage.code)
            values |= {stage.code: getattr(measure, "text", "")} | self.arrangement_values(measure, stage.code)
        return values

    def measure_faults(self, entry, in_force):
        """What is wrong with the measures typed. ``in_force``: stage → measure."""
        return self.arrangement_faults(entry, in_force) | faults_of(self.stage_fields, entry["values"])

    def measure_records(self, entry, series, in_force):
        """One record a stage with its change. What did not change keeps its version."""
        records = []
        for stage in self.rules.measure_stages:
            text = entry["values"].get(stage.code, "").strip()
            earlier = in_force.get(stage.code)
            wanted = {"text": text, **self.arrangement_of(entry, stage.code, earlier)}
            if earlier is None:
                new = ControlMeasure(point_series=series, unit_id=self.submission.unit_id, stage=stage.code, **wanted)
                records.append((new, Change.ADD))
                continue
            revised = earlier.revised(**wanted)
            changed = differing_fields(earlier, revised, only=SAID)
            records.append((revised, Change.REVISE) if changed else (earlier, Change.KEEP))
        return records

    def measure_fields(self, lines):
        """``(code, label, text)`` of the measures among ``lines``.

        Each is followed by who, when and on which basis, where that was said.
        """
        return self.fields_of_measures({line.measure.stage: line.measure for line in lines if line.measure_id})

    def fields_before(self, lines):
        """``measure_fields`` of the versions that the measures among ``lines`` start from.

        What is kept is its own.
        """
        bases = [line.measure if line.change == Change.KEEP else line.measure.base for line in lines if line.measure_id]
        return self.fields_of_measures({base.stage: base for base in bases if base is not None})

    def fields_of_measures(self, measures):
        """``(code, label, text)`` of measures by stage."""
        fields = []
        for stage in self.rules.measure_stages:
            measure = measures.get(stage.code)
            fields.append((f"measures.{stage.code}", stage.label, measure.text if measure else ""))
            if measure and (arranged := words_of(measure)):
                fields.append((f"measures.{stage.code}.arranged", f"{stage.label}的责任和时限", arranged))
        return fields

    @classmethod
    def lines_read(cls, lines):
        lines = super().lines_read(lines).select_related("measure__regulation", "measure__base__regulation")
        return with_names(with_names(lines, "measure__"), "measure__base__")


class MeasureSheet(Measured, SheetOnPoints):
    """Measures by stage for every graded point on record. Source: R0-13, R1-29 to R1-31."""

    def entry_fields(self, *, explains=False):
        return [*self.stage_fields, *([WHY] if explains else [])]

    @classmethod
    def in_order(cls, points):
        graded = points.filter(final_grade__isnull=False)
        return graded.order_by("final_grade__rank", "category__position", "pk")

    def offered(self):
        in_force = self._in_force
        return [
            {
                "key": str(point.series),
                "base": point.pk,
                "change": Change.REVISE,
                "values": self.measure_values(in_force.get(point.series, {})),
            }
            for point in self.recorded.values()
        ]

    def faults(self, content):
        self.read_names(content["entries"])
        return super().faults(content)

    def entry_faults(self, entry):
        return self.measure_faults(entry, self._in_force.get(uuid.UUID(entry["key"]), {}))

    def sheet_faults(self, content):
        on_record = set(self.recorded)
        if not on_record and not (self.crew and self.crew.ready):
            return {"": "尚无已评定等级的风险点。"}
        given = {entry["key"] for entry in content["entries"]}
        return {"": "风险点已有变动，请刷新页面后重新核对。"} if on_record != given else {}

    def records(self, entry):
        point = self.base_of(entry)
        return self.measure_records(entry, point.series, self._in_force.get(point.series, {}))

    def shown(self):
        self._points = {
            point.series: point
            for point in RiskPoint.objects.filter(
                series__in=[line.measure.point_series for line in self.lines()], in_force_from__isnull=False
            )
            .select_related("category", "final_grade", "post", "holder")
            .order_by("in_force_from", "pk")
        }
        return Sheet.shown(self)

    def show(self, key, number, lines):
        point = self._points[lines[0].measure.point_series]
        changes = {line.change for line in lines}
        before = self.fields_before(lines) if changes - {Change.KEEP, Change.ADD} else []
        fields = [("content", "风险内容", point.content), ("manifestation", "表现形式", point.manifestation)]
        return Shown(
            key,
            number,
            changes.pop() if len(changes) == 1 else Change.REVISE,
            fields + self.measure_fields(lines),
            before,
            point.category.label,
            lines,
            point.final_grade,
            {
                "point": point,
                "category": point.category.code,
                "arranged": facts(line.measure for line in lines),
            },
        )

    def gravest_rank(self):
        return min((point.final_grade.rank for point in self.on_record()), default=None)
