"""What becomes of an entry on record that a sheet offers.

It is kept, changed or retired, or what else a kind of sheet asks.
"""

from registers.differences import between
from workflows.sheets.fields import Field
from workflows.sheets.shown import Change

LONGEST_REASON = 1000  # characters
KEPT = (Change.KEEP, Change.CONFIRM)  # what leaves a record as it is


class Choosing:
    """The part of a sheet that asks for this choice and judges it."""

    offers_choice = False  # each entry offered from the register asks for one of ``choices_offered``
    choices_offered = ((Change.KEEP, "沿用"), (Change.REVISE, "修改"), (Change.RETIRE, "撤销"))
    choice_reason = Field("reason", "撤销理由", required_when="撤销时", limit=LONGEST_REASON, whole_row=True)
    needs_reason = Change.RETIRE

    def choice(self, entry):
        """The field that asks what becomes of an entry on record, None where nothing is asked.

        What cannot stay as it is is not offered to be kept, and the field says why.
        """
        if not self.offers_choice:
            return None
        why = self.why_not_kept(entry)
        offered = [(change.value, label) for change, label in self.choices_offered if not (why and change in KEPT)]
        return Field("change", self.choice_question, "radio", tuple(offered), True, inline=True, help=why)

    def why_not_kept(self, entry):
        """Why an entry on record cannot stay as it is, in a sentence, empty if it can.

        Required fields that it leaves empty keep it from that.
        """
        recorded = self._offered_values.get(entry["key"], {})
        gaps = [
            asked.label
            for asked in self.asked_fields
            if asked.required and not str(recorded.get(asked.name, "")).strip()
        ]
        return f"现行登记没有“{'、'.join(gaps)}”，不能沿用；请选择“修改”，补充后提交。" if gaps else ""

    @property
    def choice_question(self):
        return "去年登记的内容，今年" if self.task.due_on else "现行登记的内容，本次"

    def choice_faults(self, entry):
        """What is wrong with the choice made (keep, revise, retire …).

        None where what was typed decides.
        """
        change, labels = entry["change"], dict(self.choices_offered)
        if not entry["base"]:
            return None
        if change not in labels:
            return {"change": f"请选择{'、'.join(list(labels.values())[:-1])}或{list(labels.values())[-1]}。"}
        if change == self.needs_reason:
            return {} if entry["values"].get("reason", "").strip() else {"reason": f"请写明{labels[change]}的理由。"}
        recorded, typed = self._offered_values.get(entry["key"], {}), entry["values"]
        if change != Change.REVISE:
            why = self.why_not_kept(entry)
            return {"change": why} if why else {}
        before = [(name, name, str(value).strip()) for name, value in recorded.items()]
        if not between(before, [(name, name, typed.get(name, "").strip()) for name in recorded]):
            return {"change": f"内容与现行登记相同：不改请选“{self.choices_offered[0][1]}”，要改请修改内容。"}
        return None
