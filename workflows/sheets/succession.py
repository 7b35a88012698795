"""The sheet on which a new holder of a post looks at each of its points (岗位风险点交接确认)."""

from dataclasses import replace

from workflows.sheets.base import LONGEST_REASON
from workflows.sheets.fields import Field
from workflows.sheets.measures import Measured
from workflows.sheets.points import PointSheet
from workflows.sheets.shown import Change


class SuccessionSheet(Measured, PointSheet):
    """Every point of the post, confirmed, revised or disputed by whoever holds the post now.

    From then on each point names him. Grades and measures stay as they are: a successor says whether a point is right, not
    how grave it is. A disputed point stays with what he says against it, until a reviewer returns it or a later sheet
    retires it. Source: R0-26.
    """

    may_add = False
    choices_offered = ((Change.CONFIRM, "沿用"), (Change.REVISE, "修改"), (Change.DISPUTE, "存疑"))
    choice_question = "前任登记的内容"
    choice_reason = Field("reason", "存疑的理由", required_when="存疑时", limit=LONGEST_REASON, whole_row=True)
    needs_reason = Change.DISPUTE

    def sheet_faults(self, content):
        on_record = set(self.recorded)
        given = {entry["key"] for entry in content["entries"]}
        return {"": "风险点已有变动，请刷新页面后重新核对。"} if on_record != given else {}

    def records(self, entry):
        base = self.base_of(entry)
        if entry["change"] in (Change.CONFIRM, Change.DISPUTE):
            return [(self.taken_over(base), entry["change"])]
        [(point, change)] = super().records(entry)
        point.major_matter = base.major_matter  # it belongs to the grade, which stays
        return [(point, change)]

    def show(self, key, number, lines):
        shown = super().show(key, number, lines)
        in_force = self._in_force.get(lines[0].risk_point.series, {})
        measures = [
            (f"measures.{stage.code}", stage.label, getattr(in_force.get(stage.code), "text", ""))
            for stage in self.rules.measure_stages
            if in_force
        ]
        return replace(shown, fields=shown.fields + measures)
