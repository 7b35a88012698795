"""Sheets on which old ledgers and lists of powers come in (历史台账导入).

Every entry is new, and says where it comes from and what it could not say. They ask for no more than an old ledger has. Whatever
else the rule book wants is asked by the sheets of the campaign, which offer these entries as they offer all that is on record.
"""

from dataclasses import replace
from functools import cached_property

from registers.models import PowerItem, RiskPoint
from registers.schemes.importing import level_for
from registers.schemes.language import Level
from workflows.sheets.base import LONGEST_REASON
from workflows.sheets.fields import Field, faults_of
from workflows.sheets.full import FullPointSheet
from workflows.sheets.points import PointSheet
from workflows.sheets.powers import PowerSheet

SOURCE = Field("reason", "来源和说明", "textarea", limit=LONGEST_REASON, whole_row=True)
LONGEST_MEASURE = 5000


class Imported:
    """What both kinds share: all entries are new, and each says where it comes from."""

    offers_choice = False
    proposes = False

    def entry_fields(self, *, explains=False):
        return [*super().entry_fields(explains=False), SOURCE]

    def on_record(self):
        return self.model.objects.none()


class ImportedPoints(Imported, FullPointSheet):
    """Points of one unit and of its posts, with grade and measures as far as the ledger had them."""

    model = RiskPoint

    @property
    def categories(self):
        return self.rules.categories

    @property
    def factor_choices(self):
        return []  # an old ledger says a grade, not what it follows from

    @cached_property
    def grade_fields(self):
        grades = tuple((grade.code, grade.label) for grade in self.rules.grades)
        return [Field("grade", "原等级", "select", grades, unknown="该等级不在方案之内，请重新选择。")]

    @cached_property
    def stage_fields(self):
        return [replace(stage, required=False, limit=LONGEST_MEASURE) for stage in super().stage_fields]

    def entry_faults(self, entry):
        values = entry["values"]
        wrong = faults_of([*self.asked_fields, *self.grade_fields, *self.stage_fields, SOURCE], values)
        wrong |= self.arrangement_faults(entry, {})
        level, codes = self.level_of(values.get("post", "")), {category.code for category in self.categories}
        if values.get("category") not in codes:
            wrong["category"] = "请选择风险类别。"
        elif values["category"] not in {category.code for category in self.rules.categories_for(level)}:
            where = "岗位" if level == Level.PERSONAL else "单位"
            wrong["category"] = f"该类别不用于{where}风险点，请重新选择。"
        return wrong

    def level_of(self, code):
        """Return the level of a point at the post with this code, of the unit where there is none."""
        held = bool(code) and self._post(code)["holder_id"] is not None
        return level_for(self.rules, held=held, root=self.submission.unit.parent_id is None)

    def grading_of(self, entry):
        grade = self.grade_rows.get(entry["values"].get("grade"))
        return {"self_grade": grade, "proposed_grade": None, "final_grade": None, "grade_reason": ""}

    def records(self, entry):
        [(point, change), *measures] = super().records(entry)
        point.level = self.level_of(entry["values"].get("post", ""))
        return [(point, change), *((measure, how) for measure, how in measures if measure.text)]

    def sheet_faults(self, content):
        return PointSheet.sheet_faults(self, content)

    def show(self, key, number, lines):
        shown = super().show(key, number, lines)
        fields = [field for field in shown.fields if field[0] != "weighed"]
        return replace(shown, fields=fields)


class ImportedPowers(Imported, PowerSheet):
    """Powers of one unit, each with its steps as far as the list had them.

    A kind that the list does not say stays empty until a sheet of the campaign asks for it.
    """

    model = PowerItem
