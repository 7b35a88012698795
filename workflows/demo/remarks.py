"""Which of the corpus's remarks and opinions fit a sheet: a reviewer who speaks of grades must be looking at grades."""

from registers.schemes.language import Brings, Level, StepKind

# A word in an opinion → what must be so where it is said: (sheet, step) → bool.
OPINIONS = {
    "集体": lambda sheet, step: step.kind == StepKind.COLLECTIVE_REVIEW,
    "会议": lambda sheet, step: step.kind == StepKind.COLLECTIVE_REVIEW,
    "风险点": lambda sheet, step: sheet.task.brings in (Brings.POINTS, Brings.GRADES),
    "等级": lambda sheet, step: sheet.task.brings == Brings.GRADES,
    "自评": lambda sheet, step: sheet.task.brings == Brings.GRADES,
    "措施": lambda sheet, step: sheet.task.brings == Brings.MEASURES,
    "防控表": lambda sheet, step: sheet.task.brings == Brings.MEASURES,
    "进入公示": lambda sheet, step: step.sets == "proposed_grade",
    "公示期内": lambda sheet, step: step.sets == "final_grade",
    "上一轮": lambda sheet, step: sheet.round > 1,
}
# A word in a remark on a poor line → (sheet, domains of the unit) → bool.
REMARKS = {
    "岗位": lambda sheet, domains: sheet.task.level == Level.PERSONAL,
    "采购": lambda sheet, domains: "procurement" in domains,
    "收费": lambda sheet, domains: "fees" not in domains,
}


def opinions_for(opinions, sheet, step):
    """Those of ``opinions`` that can be said of ``sheet`` at ``step``."""
    return [text for text in opinions if all(holds(sheet, step) for word, holds in OPINIONS.items() if word in text)]


def poor_lines(weak, sheet, entries, domains):
    """``(entry, field, text, remark)`` for every poor text that the sheet could hold; ``domains`` are the unit's.

    A remark that names a category belongs to a line in it, any other to the last line.
    """
    labels = {category.label: category.code for category in sheet.task.campaign.scheme.rules.categories}
    found = []
    for field, text, remark in weak:
        if not all(holds(sheet, domains) for word, holds in REMARKS.items() if word in remark):
            continue
        named = [code for label, code in labels.items() if label in remark]
        if fitting := [entry for entry in entries if not named or entry["values"].get("category") in named]:
            found.append((fitting[-1], field, text, remark))
    return found
