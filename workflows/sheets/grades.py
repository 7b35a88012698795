"""Sheets that bring grades (等级评估)."""

from workflows.sheets.graded import Graded, grade_so_far
from workflows.sheets.points import SheetOnPoints
from workflows.sheets.shown import Change, Shown


class GradeSheet(Graded, SheetOnPoints):
    """A grade for every point on record. Source: R1-22 to R1-28."""

    def entry_fields(self, *, explains=False):
        return [*self.factor_choices, *self.grade_fields]

    def offered(self):
        return [
            {
                "key": str(point.series),
                "base": point.pk,
                "change": Change.REVISE,
                "values": self.grade_values(point) | self.fixed_values(point),
            }
            for point in self.recorded.values()
        ]

    def fixed_values(self, record):
        return {"major_matter": record.major_matter}

    def entry_faults(self, entry):
        return self.grade_faults(entry)

    def sheet_faults(self, content):
        on_record = set(self.recorded)
        given = {entry["key"] for entry in content["entries"]}
        if not on_record:
            return {"": "尚无已备案的风险点可供评估。"}
        return {"": "风险点已有变动，请刷新页面后重新核对。"} if on_record != given else {}

    def records(self, entry):
        base = self.base_of(entry)
        return [(base.revised(**self.grading_of(entry)), Change.REVISE)]

    def show(self, key, number, lines):
        point = lines[0].risk_point
        fields = [
            ("content", "风险内容", point.content),
            ("manifestation", "表现形式", point.manifestation),
            *self.factor_fields(point),
        ]
        details = {**self.grade_details(point), "category": point.category.code, "point": point}
        before = self._graded_before(point)
        return Shown(
            key, number, lines[0].change, fields, before, point.category.label, lines, grade_so_far(point), details
        )

    def _graded_before(self, point):
        """The point's factors and grade as they are in force, where it was graded before (R1-47)."""
        earlier = self._bases.get(point.base_id)
        if earlier is None or earlier.final_grade is None:
            return []
        return [*self.factor_fields(earlier), ("final_grade", "现行等级", earlier.final_grade.label)]
