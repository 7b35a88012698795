"""Sheets that bring control measures (识别防控表)."""

from registers.models import ControlMeasure, RiskPoint
from workflows.sheets.base import Change, Shown
from workflows.sheets.points import PointSheet


class MeasureSheet(PointSheet):
    """Measures by stage for every graded point on record. Source: R0-13, R1-29 to R1-31."""

    line_field = "measure"
    may_add = False
    offers_choice = False

    def on_record(self):
        return (
            super()
            .on_record()
            .filter(final_grade__isnull=False)
            .order_by("final_grade__rank", "category__position", "pk")
        )

    def in_force(self):
        """Measures standing now: point series → stage → measure."""
        found = {}
        points = list(self.on_record().values_list("series", flat=True))
        for measure in ControlMeasure.objects.filter(
            point_series__in=points, in_force_from__isnull=False, in_force_until=None
        ):
            found.setdefault(measure.point_series, {})[measure.stage] = measure
        return found

    def offered(self):
        standing = self.in_force()
        return [
            {
                "key": str(point.series),
                "base": point.pk,
                "change": Change.REVISE,
                "values": {
                    stage.code: getattr(standing.get(point.series, {}).get(stage.code), "text", "")
                    for stage in self.rules.stages
                },
            }
            for point in self.on_record()
        ]

    def entry_faults(self, entry):
        wrong = {}
        for stage in self.rules.stages:
            text = entry["values"].get(stage.code, "").strip()
            if not text:
                wrong[stage.code] = f"请填写“{stage.label}”措施。"
            elif len(text) > 1000:
                wrong[stage.code] = f"“{stage.label}”最多 1000 字，现有 {len(text)} 字。"
        return wrong

    def sheet_faults(self, content):
        on_record = {str(point.series) for point in self.on_record()}
        if not on_record:
            return {"": "尚无已评定等级的风险点。"}
        given = {entry["key"] for entry in content["entries"]}
        return {"": "风险点已有变动，请刷新页面后重新核对。"} if on_record != given else {}

    def records(self, entry):
        standing = self.in_force()
        point = self.on_record().get(pk=entry["base"])
        records = []
        for stage in self.rules.stages:
            text = entry["values"].get(stage.code, "").strip()
            earlier = standing.get(point.series, {}).get(stage.code)
            if earlier is not None and earlier.text == text:
                records.append((earlier, Change.KEEP))
                continue
            measure = ControlMeasure(
                point_series=point.series, unit_id=self.submission.unit_id, stage=stage.code, text=text
            )
            if earlier is not None:
                measure.series = earlier.series
            records.append((measure, Change.ADD if earlier is None else Change.REVISE))
        return records

    def shown(self):
        self._points = {
            point.series: point
            for point in RiskPoint.objects.filter(
                series__in=[line.measure.point_series for line in self.lines()], in_force_from__isnull=False
            )
            .select_related("category", "final_grade", "post", "holder")
            .order_by("in_force_from", "pk")
        }
        return super().shown()

    def show(self, key, number, lines):
        point = self._points[lines[0].measure.point_series]
        texts = {line.measure.stage: line.measure.text for line in lines}
        fields = [
            ("content", "风险内容", point.content),
            ("manifestation", "表现形式", point.manifestation),
            *((f"measures.{stage.code}", stage.label, texts.get(stage.code, "")) for stage in self.rules.stages),
        ]
        change = (
            Change.ADD
            if all(line.change == Change.ADD for line in lines)
            else (Change.KEEP if all(line.change == Change.KEEP for line in lines) else Change.REVISE)
        )
        return Shown(
            key,
            number,
            change,
            fields,
            [],
            point.category.label,
            lines,
            point.final_grade,
            {"point": point, "category": point.category.code},
        )

    def gravest_rank(self):
        return min((point.final_grade.rank for point in self.on_record()), default=None)
