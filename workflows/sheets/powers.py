"""Sheets that bring power items (权力事项登记表)."""

from functools import cached_property

from registers.models import Post, PowerItem
from workflows.sheets.base import WHY, Sheet
from workflows.sheets.fields import Described, faults_of
from workflows.sheets.process import STEPS, carry_over, rows_on_record, steps_field, typed_text, write
from workflows.sheets.shown import Change, Shown

VITAL, YES, NO = "touches_vital_interests", "yes", "no"


class PowerSheet(Sheet):
    """A unit's power items with their process steps. Source: R1-13, R1-34."""

    model = PowerItem
    may_add = True
    offers_choice = True

    def on_record(self):
        return (
            PowerItem.objects.open()
            .filter(unit=self.submission.unit_id)
            .select_related("accountable_post")
            .prefetch_related("steps")
        )

    def entry_fields(self, *, explains=False):
        return [*self.asked_fields, *([WHY] if explains else [])]

    def described(self, record):
        return Described(record.name, [(label, value) for _, label, value in self.shown_fields(record)])

    def offered(self):
        return [
            {"key": str(item.series), "base": item.pk, "change": "", "values": self._values(item)}
            for item in self.recorded.values()
        ]

    def _values(self, item):
        values = {}
        for ask in self.task_rules.asks:
            if ask.field == "accountable_post":
                values["accountable_post"] = item.accountable_post.code if item.accountable_post else ""
            elif ask.field == STEPS:
                values[ask.field] = typed_text(rows_on_record(item))
            elif ask.field == VITAL:
                values[ask.field] = YES if item.touches_vital_interests else NO
            else:
                values[ask.field] = getattr(item, ask.field)
        return values

    def asked(self, ask):
        return steps_field(ask) if ask.field == STEPS else super().asked(ask)

    @cached_property
    def _posts_by_code(self):
        return {post.code: post for post in Post.objects.filter(code__in=[code for code, _ in self.posts])}

    @property
    def step_posts(self):
        """What the input for the post of a step offers: the names of the unit's posts."""
        return list(dict.fromkeys(name for _, name in self.posts))

    def entry_faults(self, entry):
        if (wrong := self.choice_faults(entry)) is not None:
            return wrong
        wrong = faults_of(self.asked_fields, entry["values"])
        code = entry["values"].get("accountable_post")
        if code and code not in dict(self.posts):
            wrong["accountable_post"] = "该岗位不在本单位，请重新选择。"
        return wrong

    def options(self, field_name):
        if field_name == VITAL:
            return [(YES, "是"), (NO, "否")]
        return PowerItem.Kind.choices if field_name == "kind" else super().options(field_name)

    def sheet_faults(self, content):
        kept = [entry for entry in content["entries"] if entry["change"] != Change.RETIRE]
        return {} if kept else {"": "至少应填写一项权力事项。"}

    def records(self, entry):
        base = self.base_of(entry)
        if base is not None and entry["change"] in (Change.KEEP, Change.RETIRE):
            return [(base, entry["change"])]
        values = {ask.field: entry["values"].get(ask.field, "").strip() for ask in self.task_rules.asks}
        values.pop(STEPS, None)
        if VITAL in values:
            values[VITAL] = values[VITAL] == YES
        if "accountable_post" in values:
            values["accountable_post"] = self._posts_by_code.get(values["accountable_post"])
        if base is not None:
            return [(base.revised(**values), Change.REVISE)]
        return [(PowerItem(unit_id=self.submission.unit_id, **values), Change.ADD)]

    def after_save(self, proposals):
        """Write the steps that were typed, or those of the versions before where the sheet asks for none."""
        if any(ask.field == STEPS for ask in self.task_rules.asks):
            typed = [(record, entry["values"].get(STEPS, "")) for record, entry in proposals]
            write(typed, unit=self.submission.unit_id, on=self.submission.as_of)
        else:
            carry_over([record for record, _ in proposals if record.base_id])

    @classmethod
    def lines_read(cls, lines):
        return super().lines_read(lines).prefetch_related("power_item__steps")

    def show(self, key, number, lines):
        item = lines[0].power_item
        base = self._bases.get(item.base_id) if lines[0].change == Change.REVISE else None
        before, fields = self.compared(base, item)
        return Shown(key, number, lines[0].change, fields, before, item.name, lines)

    def shown(self):
        bases = PowerItem.objects.filter(pk__in=[line.power_item.base_id for line in self.lines()])
        self._bases = {item.pk: item for item in bases.select_related("accountable_post").prefetch_related("steps")}
        return super().shown()

    def shown_fields(self, item):
        """``(field, label, value in words)`` of an item for the asked fields."""
        return self.labelled(item, self.task_rules.asks)
