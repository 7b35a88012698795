"""Sheets on which points are also graded, or given measures, in one go."""

import uuid
from dataclasses import replace
from functools import cached_property

from registers.models import PostGrade
from registers.schemes.language import Brings
from workflows.sheets.arrangements import facts
from workflows.sheets.graded import Graded, grade_so_far
from workflows.sheets.measures import Measured
from workflows.sheets.points import PointSheet
from workflows.sheets.shown import Change


class FullPointSheet(Graded, Measured, PointSheet):
    """Risk points with whatever the task's ``also`` adds to them. Source: R2-23, R3-22, R4-26."""

    reason_name = "grade_reason"

    @property
    def grades(self):
        return "grades" in self.task_rules.also

    @property
    def measures(self):
        return "measures" in self.task_rules.also

    @property
    def proposes(self):
        return self.grades

    def entry_fields(self, *, explains=False):
        fields = super().entry_fields(explains=explains)
        if self.grades:
            fields += [*self.factor_choices, *self.grade_fields]
        return fields + self.stage_fields if self.measures else fields

    @cached_property
    def _in_force(self):
        return self.in_force() if self.measures else {}

    def values_of(self, point):
        values = super().values_of(point)
        if self.grades:
            values |= self.grade_values(point) | {"grade": point.self_grade.code if point.self_grade else ""}
        if self.measures:
            values |= self.measure_values(self._in_force.get(point.series, {}))
        return values

    def entry_faults(self, entry):
        wrong = super().entry_faults(entry)
        if entry["base"] and entry["change"] in (Change.KEEP, Change.RETIRE, ""):
            return wrong
        if self.grades:
            wrong |= self.grade_faults(entry)
        if self.measures:
            wrong |= self.measure_faults(entry, self._in_force.get(self._series(entry), {}))
        return wrong

    def faults(self, content):
        if self.measures:
            self.read_names(content["entries"])
        return super().faults(content)

    @staticmethod
    def _series(entry):
        return uuid.UUID(entry["key"])

    @cached_property
    def _recorded(self):
        return {point.pk: point for point in self.recorded.values()}

    def why_not_kept(self, entry):
        """As of every sheet, and a point needs the grade and the measures that the sheet asks for."""
        point = self._recorded.get(entry["base"])
        if (why := super().why_not_kept(entry)) or point is None:
            return why
        if self.grades and point.final_grade is None:
            return "该风险点尚未定级，不能沿用；请选择“修改”，补充各项因素。"
        missing = {stage.code for stage in self.rules.measure_stages} - set(self._in_force.get(point.series, {}))
        if self.measures and missing:
            return "该风险点的防控措施不全，不能沿用；请选择“修改”，补充措施。"
        return ""

    def records(self, entry):
        [(point, change)] = super().records(entry)
        in_force = self._in_force.get(point.series, {})
        if change in (Change.KEEP, Change.RETIRE, Change.CONFIRM):
            return [
                (point, change),
                *((measure, Change.KEEP) for measure in in_force.values() if change != Change.RETIRE),
            ]
        if self.grades:
            for name, value in self.grading_of(entry).items():
                setattr(point, name, value)
        measures = self.measure_records(entry, point.series, in_force) if self.measures else []
        return [(point, change), *measures]

    def show(self, key, number, lines):
        line = next(line for line in lines if line.risk_point_id)
        shown = super().show(key, number, [line])
        point, extra, before = line.risk_point, [], []
        earlier = self._bases.get(point.base_id) if shown.before else None
        if self.grades:
            extra.append(self._weighed(point))
            before += self._weighed_before(earlier) if earlier else []
            shown.details["factors"] = {code: text for code, _, text in self.factor_fields(point)}
            shown.details |= self.grade_details(point, is_proposal=line.change in (Change.ADD, Change.REVISE))
            shown.grade = grade_so_far(point)
        if self.measures:
            extra += self.measure_fields(lines)
            before += self.fields_before(lines) if earlier else []
            measures = [line.measure for line in lines if line.measure_id]
            shown.details["arranged"] = facts(measures)
        return replace(shown, fields=shown.fields + extra, before=shown.before + before, lines=lines)

    def wants_reason(self, record, code, step, **before):
        return super().wants_reason(record, code, step, **before) or self._above_its_post(record, code, step)

    def _above_its_post(self, record, code, step):
        """Nobody leaves a post below its gravest point without a word, whichever of the two is decided last (R3-22)."""
        rank = self._post_ranks.get(record.post_id) if step.sets == "final_grade" else None
        if rank is None or self.grade_rows[code].rank >= rank:
            return ""
        return "高于该岗位本年度已确定的岗位风险等级，请写明理由。"

    @cached_property
    def _post_ranks(self):
        """Post → rank of its grade as this campaign has decided it."""
        if not any(task.brings == Brings.POST_GRADES for task in self.rules.tasks):
            return {}
        decided = PostGrade.objects.open().filter(lines__submission__task__campaign=self.task.campaign_id)
        return dict(decided.values_list("post", "final_grade__rank"))

    def _weighed(self, point):
        """The factors in one line: the sheet asks for much else."""
        weighed = [f"{label}：{text}" for _, label, text in self.factor_fields(point) if text]
        return ("weighed", "评估因素", "；".join(weighed))

    def _weighed_before(self, earlier):
        graded = [("final_grade", "现行等级", earlier.final_grade.label)] if earlier.final_grade else []
        return [self._weighed(earlier), *graded]

    def gravest_rank(self):
        return super().gravest_rank() if self.grades else None

    def keep_proposed(self):
        return self.grades and super().keep_proposed()
