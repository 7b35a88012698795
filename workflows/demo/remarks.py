"""Which remarks and opinions of the corpus fit a submission.

A reviewer who speaks of grades must be looking at grades.
"""

from registers.schemes.language import Brings, Level, StepKind

# A word in an opinion → what must be so where it is said: (submission, step) → bool.
OPINIONS = {
    "集体": lambda submission, step: step.kind == StepKind.COLLECTIVE_REVIEW,
    "会议": lambda submission, step: step.kind == StepKind.COLLECTIVE_REVIEW,
    "风险点": lambda submission, step: submission.task.brings in (Brings.POINTS, Brings.GRADES),
    "等级": lambda submission, step: submission.task.brings == Brings.GRADES,
    "自评": lambda submission, step: submission.task.brings == Brings.GRADES,
    "措施": lambda submission, step: submission.task.brings == Brings.MEASURES,
    "防控表": lambda submission, step: submission.task.brings == Brings.MEASURES,
    "进入公示": lambda submission, step: step.sets == "proposed_grade",
    "公示期内": lambda submission, step: step.sets == "final_grade",
    "上一轮": lambda submission, step: submission.round > 1,
}
# A word in a remark on a poor line → (submission, domains of the unit) → bool.
REMARKS = {
    "岗位": lambda submission, domains: submission.task.level == Level.PERSONAL,
    "采购": lambda submission, domains: "procurement" in domains,
    "收费": lambda submission, domains: "fees" not in domains,
}


def opinions_for(opinions, submission, step):
    """Those of ``opinions`` that can be said of ``submission`` at ``step``."""
    return [
        text for text in opinions if all(holds(submission, step) for word, holds in OPINIONS.items() if word in text)
    ]


def poor_lines(weak, submission, entries, domains):
    """Every poor text that the submission could hold: ``(entry, field, text, remark)``.

    ``domains``: those of the unit. A remark that names a category belongs to a line in it, any other to the last line.
    """
    labels = {category.label: category.code for category in submission.task.campaign.scheme.rules.categories}
    lines = []
    for field, text, remark in weak:
        if not all(holds(submission, domains) for word, holds in REMARKS.items() if word in remark):
            continue
        named = [code for label, code in labels.items() if label in remark]
        if fitting := [entry for entry in entries if not named or entry["values"].get("category") in named]:
            lines.append((fitting[-1], field, text, remark))
    return lines
