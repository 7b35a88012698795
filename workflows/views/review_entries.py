"""The entries of a sheet as a reviewer sees them.

Beside what is in force, with what was said of them, and what they nearly repeat.
"""

from registers.differences import between
from registers.models import RiskPoint
from registers.quality import alike, pairs
from registers.schemes.language import Brings
from registers.text import clipped

LONGEST_QUOTE, MOST_ALIKE = 40, 2


def add_typed(typed, entry, step, my_vote, votes):
    """Give an entry what the reader has typed or recorded, and what others said of it."""
    recorded = (my_vote.verdicts if my_vote else {}).get(entry.key, {})
    judged = {True: "yes", False: "no"}.get(recorded.get("accurate"), "")
    # A box that is not ticked is not sent: on a page that comes back, what is missing was not judged.
    entry.typed_verdict = typed.get(f"v-{entry.key}", "" if typed else judged)
    entry.typed_comment = typed.get(f"c-{entry.key}", recorded.get("comment", ""))
    entry.objections = (
        []
        if entry.is_own
        else [
            (vote.member.name, vote.verdicts[entry.key]["comment"])
            for vote in votes
            if vote.verdicts.get(entry.key, {}).get("accurate") is False
        ]
    )
    entry.to_grade = step.kind == "adjudicate" and entry.details.get("to_grade", False) and not entry.is_own
    if entry.to_grade:
        entry.typed_grade = typed.get(f"g-{entry.key}", "")
        entry.typed_reason = typed.get(f"r-{entry.key}", "")


def mark_alike(submission, entries, actor):
    """Give new and revised points ``alike``: sentences on the points that they nearly repeat."""
    if submission.task.brings != Brings.POINTS:
        return
    level = submission.task.rules.points or submission.task.level
    on_record = RiskPoint.objects.visible_to(actor).in_force(actor.on).filter(unit=submission.unit_id, level=level)
    places, texts = {}, {}
    for series, content, post in on_record.values_list("series", "content", "post__name"):
        places[series], texts[series] = (
            f"{post or submission.unit.name}现行登记的“{clipped(content, LONGEST_QUOTE)}”",
            pairs(content),
        )
    for entry in entries:
        point = entry.details["point"]
        places[point.series], texts[point.series] = f"本表第 {entry.number} 项", pairs(point.content)
    for entry in entries:
        point = entry.details["point"]
        if entry.change in ("add", "revise"):
            others = {series: text for series, text in texts.items() if series != point.series}
            nearest = alike(point.content, others)[:MOST_ALIKE]
            entry.alike = [f"与{places[series]}相近（{share:.0%}）" for series, share in nearest]


def compare(entry):
    """Both sides of a revised entry as (label, value, segments), the last only where they differ."""
    parts = {thing.field: thing.segments for thing in between(entry.before, entry.fields)}
    entry.now = [(label, value, parts.get(code)) for code, label, value in entry.fields if value]
    entry.then = [(label, value, parts.get(code)) for code, label, value in entry.before if value]
    # A measure that is arranged only now stands on one side alone.
    same = {code for code, _, _ in entry.before} == {code for code, _, _ in entry.fields}
    entry.unchanged = bool(entry.before) and same and not parts
