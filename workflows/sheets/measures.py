"""Sheets that bring control measures (识别防控表)."""

from registers.models import ControlMeasure, RiskPoint
from workflows.sheets.base import Change, Shown
from workflows.sheets.points import PointSheet

LONGEST = 1000  # characters of one stage's text


class Measured:
    """What every sheet that brings measures does, whatever else it brings: a text for each stage of the scheme."""

    def in_force(self):
        """Measures standing now: point series → stage → measure."""
        found = {}
        points = list(self.on_record().values_list("series", flat=True))
        for measure in ControlMeasure.objects.filter(
            point_series__in=points, in_force_from__isnull=False, in_force_until=None
        ):
            found.setdefault(measure.point_series, {})[measure.stage] = measure
        return found

    def measure_values(self, standing):
        """The measures part of an entry; ``standing``: stage → measure."""
        return {stage.code: getattr(standing.get(stage.code), "text", "") for stage in self.rules.measure_stages}

    def measure_faults(self, entry):
        wrong = {}
        for stage in self.rules.measure_stages:
            text = entry["values"].get(stage.code, "").strip()
            if not text:
                noun = "" if stage.label.endswith("措施") else "措施"
                wrong[stage.code] = f"请填写“{stage.label}”{noun}。"
            elif len(text) > LONGEST:
                wrong[stage.code] = f"“{stage.label}”最多 {LONGEST} 字，现有 {len(text)} 字。"
        return wrong

    def measure_records(self, entry, series, standing):
        """One record a stage with its change; a text that did not change keeps its version."""
        records = []
        for stage in self.rules.measure_stages:
            text = entry["values"].get(stage.code, "").strip()
            earlier = standing.get(stage.code)
            if earlier is not None and earlier.text == text:
                records.append((earlier, Change.KEEP))
                continue
            measure = ControlMeasure(point_series=series, unit_id=self.submission.unit_id, stage=stage.code, text=text)
            if earlier is not None:
                measure.series = earlier.series
            records.append((measure, Change.ADD if earlier is None else Change.REVISE))
        return records

    def measure_fields(self, lines):
        """``(code, label, text)`` of the measures among ``lines``."""
        texts = {line.measure.stage: line.measure.text for line in lines if line.measure_id}
        return [
            (f"measures.{stage.code}", stage.label, texts.get(stage.code, "")) for stage in self.rules.measure_stages
        ]


class MeasureSheet(Measured, PointSheet):
    """Measures by stage for every graded point on record. Source: R0-13, R1-29 to R1-31."""

    may_add = False
    offers_choice = False

    def on_record(self):
        return (
            super()
            .on_record()
            .filter(final_grade__isnull=False)
            .order_by("final_grade__rank", "category__position", "pk")
        )

    def offered(self):
        standing = self.in_force()
        return [
            {
                "key": str(point.series),
                "base": point.pk,
                "change": Change.REVISE,
                "values": self.measure_values(standing.get(point.series, {})),
            }
            for point in self.on_record()
        ]

    def fixed_values(self, record):
        return {}

    def entry_faults(self, entry):
        return self.measure_faults(entry)

    def sheet_faults(self, content):
        on_record = {str(point.series) for point in self.on_record()}
        if not on_record:
            return {"": "尚无已评定等级的风险点。"}
        given = {entry["key"] for entry in content["entries"]}
        return {"": "风险点已有变动，请刷新页面后重新核对。"} if on_record != given else {}

    def records(self, entry):
        point = self.on_record().get(pk=entry["base"])
        return self.measure_records(entry, point.series, self.in_force().get(point.series, {}))

    def shown(self):
        self._points = {
            point.series: point
            for point in RiskPoint.objects.filter(
                series__in=[line.measure.point_series for line in self.lines()], in_force_from__isnull=False
            )
            .select_related("category", "final_grade", "post", "holder")
            .order_by("in_force_from", "pk")
        }
        self._before = {}
        for measure in ControlMeasure.objects.filter(
            point_series__in=self._points, in_force_from__isnull=False, in_force_until=None
        ):
            self._before.setdefault(measure.point_series, {})[measure.stage] = measure.text
        return super().shown()

    def show(self, key, number, lines):
        point = self._points[lines[0].measure.point_series]
        changes = {line.change for line in lines}
        standing = self._before.get(point.series, {}) if changes != {Change.KEEP} else {}
        before = [
            (f"measures.{stage.code}", stage.label, standing[stage.code])
            for stage in self.rules.measure_stages
            if stage.code in standing
        ]
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
            {"point": point, "category": point.category.code},
        )

    def gravest_rank(self):
        return min((point.final_grade.rank for point in self.on_record()), default=None)
