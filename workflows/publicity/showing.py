"""The whitelist of what a notice shows of its sheets: the columns that their tasks say, and no others.

The rows are those of the kept documents, which are what was signed and what will be filed.
"""

from registers.schemes.publicity import columns_of, shown_of
from workflows.models import Submission
from workflows.publicity.names import numbered_masks
from workflows.sheets.composing import ENTRY, INCLUDED, SHEET
from workflows.sheets.documents import contents_of
from workflows.sheets.shown import Change


def columns(task):
    """Return the columns of a notice about sheets of a campaign's ``task``, as ``[field, heading]``."""
    rules, own = task.campaign.scheme.rules, task.rules
    tasks = [own, rules.task(own.carries)] if own.carries else [own]
    return [list(column) for column in columns_of(rules, tasks)]


def items(task, sheets):
    """Return the rows of a notice about ``sheets`` of a campaign's ``task``.

    Each has ``sheet`` and ``entry``, ``unit``, ``place``, ``person`` where it is named, and the fields that its task shows. What
    is retired is not shown: a notice is about what there will be.
    """
    rules, contents = task.campaign.scheme.rules, contents_of([sheet.pk for sheet in sheets])
    carried = _carried(sheets) if task.rules.carries else {}
    found = []
    for sheet in sheets:
        for row in contents[sheet.pk]["rows"]:
            if row.get("change") == Change.RETIRE.label:
                continue
            stands_on = carried.get(row.get(SHEET), sheet)
            code = task.rules.carries if stands_on is not sheet else task.code
            found.append({"sheet": sheet.pk, **_item(rules, rules.task(code), stands_on, row)})
    named = [item for item in found if "person" in item]
    for item, hidden in zip(named, numbered_masks([item["person"] for item in named]), strict=True):
        item["person"] = hidden
    return found


def _carried(sheets):
    members = Submission.objects.filter(carrier__in=sheets).select_related("post", "unit", "person")
    return {str(member.pk): member for member in members}


def _item(rules, task, sheet, row):
    listed = (
        INCLUDED in row and ENTRY not in row
    )  # somebody's point on record, which a unit's paper lists after its own
    task = _task_of_listed(rules) if listed else task
    rule, post = shown_of(task), sheet.post.name if sheet.post_id is not None else ""
    if listed or (sheet.post_id is None and _is_about_posts(rules, task)):
        post = row.get("post", "")
    item = {"entry": row.get(ENTRY, ""), "unit": sheet.unit.name}
    item["place"] = (post if rule.place == "post" else "") or sheet.unit.name
    if rule.person == "masked" and sheet.person_id is not None:
        item["person"] = sheet.person.name  # hidden before anybody sees it
    return item | {field: _words(row.get(field, "")) for field, _ in columns_of(rules, [task])}


def _task_of_listed(rules):
    """The task by which people's points were publicised, else the one that found them."""
    own = [task for task in rules.tasks if task.level == "personal" and (task.points or task.level) == "personal"]
    return next((task for task in own if task.publicity is not None), own[0])


def _is_about_posts(rules, task):
    """Whether each entry of a unit's sheet is about one post; else its rows may name several, and are the unit's."""
    searches = [one for one in rules.tasks if one.level == task.level and one.brings == "points"]
    return task.brings == "post_grades" or any(ask.field == "post" for one in searches for ask in one.asks)


def _words(value):
    return "\n".join(str(part) for part in value) if isinstance(value, list) else value
