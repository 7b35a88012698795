"""Sheets by which the register is changed at any time (动态调整).

They bring points with their measures, or powers. Unlike the sheets of a campaign they name only what is to change. What they do not
name stays as it is. Source: R0-32, R4-34.
"""

from dataclasses import replace

from registers.differences import differing_fields, fields_of
from registers.models import RiskPoint
from workflows.sheets.fields import Field
from workflows.sheets.full import FullPointSheet
from workflows.sheets.points import CLOSED_WHEN
from workflows.sheets.powers import PowerSheet
from workflows.sheets.shown import Change

REASON = Field("reason", "调整理由", "textarea", required=True, limit=500, whole_row=True)
# What a grade follows from, and what is decided anew with it: typed again it is no change of the point by itself.
DECIDED_ANEW = {"self_grade", "proposed_grade", "final_grade", "grade_reason"}


class Adjusting:
    """What both kinds share: entries are taken from the register one by one, each with its reason."""

    nothing = "没有新增的不填"
    choices_offered = ((Change.REVISE, "修改"), (Change.RETIRE, "撤销"))
    choice_question = "本次调整"
    choice_reason = None  # every entry asks for its reason
    takes = True  # entries on record are chosen, not offered all at once
    needs_reason = None
    reason = REASON

    def entry_fields(self, *, explains=False):
        return [*super().entry_fields(explains=False), self.reason]

    def content(self):
        draft = getattr(self.submission, "draft", None)
        return draft.content if draft and draft.content else {"entries": [], "values": {}}

    def takable(self, content):
        """What can be taken from the register: ``[(key, words)]``, without what the sheet has already."""
        there = {entry["key"] for entry in content["entries"]}
        return [(key, self.called(record)) for key, record in self.recorded.items() if key not in there]

    def taken(self, key):
        """Return the entry for a record that is chosen to be changed, None where there is none with this key."""
        return next((entry for entry in self.offered() if entry["key"] == key), None)

    def called(self, record):
        """A record as one chooses it from a list."""
        return str(record)

    def choice_faults(self, entry):
        wrong = super().choice_faults(entry)
        if wrong and entry["change"] == Change.REVISE:
            return {"change": "内容与现行登记相同：要改请修改内容，不改的请从本表移除这一项。"}
        return wrong

    def entry_faults(self, entry):
        reason = REASON.fault(entry["values"].get(REASON.name, ""))
        return super().entry_faults(entry) | ({REASON.name: reason} if reason else {})

    def sheet_faults(self, content):
        return {} if content["entries"] else {"": "请先选择要修改或撤销的登记项，或新增一项。"}


class PointAdjustment(Adjusting, FullPointSheet):
    """Points of one post or one unit, each with its measures."""

    reason = replace(REASON, help=f"撤销的，写明撤销的缘由：{CLOSED_WHEN}")

    def called(self, record):
        place = f"{record.post}：" if record.post and not self.submission.post_id else ""
        return f"{place}{record.category.label} {record.content[:40]}"

    def entry_faults(self, entry):
        wrong = super().entry_faults(entry)
        return wrong | self._left_without(entry) if entry["base"] and entry["change"] == Change.REVISE else wrong

    def measure_faults(self, entry, in_force):
        """As on other sheets, but that a measure in force may be emptied: so it is retired."""
        wrong = super().measure_faults(entry, in_force)
        if entry["base"] and not self.rules.adjustment.every_stage:
            for stage in self.rules.measure_stages:
                if not entry["values"].get(stage.code, "").strip() and stage.code in in_force:
                    wrong.pop(stage.code, None)
        return wrong

    def _left_without(self, entry):
        stages = self.rules.measure_stages
        if any(entry["values"].get(stage.code, "").strip() for stage in stages):
            return {}
        return {stages[0].code: "每个风险点至少保留一项防控措施；不再需要防控的，请选“撤销”，连同风险点一并撤销。"}

    def measure_records(self, entry, series, in_force):
        emptied = [stage.code for stage in self.rules.measure_stages if not entry["values"].get(stage.code, "").strip()]
        kept = {code: measure for code, measure in in_force.items() if code not in emptied}
        records = [pair for pair in super().measure_records(entry, series, kept) if pair[0].stage not in emptied]
        return records + [(in_force[code], Change.RETIRE) for code in emptied if code in in_force]

    def records(self, entry):
        [(point, change), *measures] = super().records(entry)
        if change == Change.REVISE and not self._differs(point):
            return [(point.base, Change.KEEP), *measures]
        return [(point, change), *measures]

    @staticmethod
    def _differs(point):
        """Does a revised point say anything else than its base, or ask for another grade?"""
        said = [name for name in fields_of(RiskPoint) if name not in DECIDED_ANEW]
        graded = point.self_grade.code if point.self_grade else ""
        before = point.base.final_grade.code if point.base.final_grade else ""
        return bool(differing_fields(point.base, point, only=said)) or graded != before

    def show(self, key, number, lines):
        shown = super().show(key, number, lines)
        measures = [line for line in lines if line.measure_id]
        if shown.change != Change.KEEP:
            return shown
        point = next(line.risk_point for line in lines if line.risk_point_id)
        before = self.labelled(point, self.task_rules.asks) + self.fields_of_measures(self._before(measures))
        return replace(shown, change=Change.REVISE, before=before)

    @staticmethod
    def _before(lines):
        """The measures that lines start from, by stage."""
        bases = [line.measure if line.change in (Change.KEEP, Change.RETIRE) else line.measure.base for line in lines]
        return {measure.stage: measure for measure in bases if measure is not None}

    def measure_fields(self, lines):
        return super().measure_fields([line for line in lines if line.change != Change.RETIRE])

    def fields_before(self, lines):
        return self.fields_of_measures(self._before([line for line in lines if line.measure_id]))


class PowerAdjustment(Adjusting, PowerSheet):
    """Powers of one unit, each with its steps."""

    def called(self, record):
        return f"{record.name}（{record.accountable_post}）" if record.accountable_post else record.name
