"""Accepted files of old points and powers, as sheets that the heads of the units sign.

The sheets stand in the year's row beside the campaigns, so they need none. What is signed is on record, and the next self-check of
a post offers it like everything that is on record; where no campaign is open, that is the first campaign's.
"""

import uuid
from itertools import groupby

from django.db.models import Max

from registers.access import require
from registers.imports.handing import takes_further
from registers.imports.ledgers import MOST_NOTE, NO_SCHEME
from registers.models import Unit
from registers.refusals import Refused
from registers.schemes import importing
from registers.text import clipped
from workflows.campaign import adjustments, campaigns
from workflows.models import Submission
from workflows.models.submissions import State
from workflows.routing import routes
from workflows.sheets import Incomplete, drafts
from workflows.sheets.naming import written_all
from workflows.sheets.places import PLACE
from workflows.sheets.process import STEPS, typed_text

MOST_ENTRIES = 100  # of one sheet: more than that nobody reads before he signs


@takes_further("ledgers")
def points(plan, lines):
    """Hand the accepted points of a file in, on sheets of their units."""
    _hand_in(importing.POINTS, lines, plan, _point)


@takes_further("powers")
def powers(plan, lines):
    """Hand the accepted powers of a file in, on sheets of their units."""
    _hand_in(importing.POWERS, lines, plan, _power)


def _hand_in(code, lines, plan, values_of):
    """Make one sheet a unit and hand it in, or several where there are too many entries for one."""
    institution = Unit.objects.select_for_update(of=("self",)).get(parent=None)
    scheme = campaigns.scheme_for(institution)
    if scheme is None:
        raise Refused(NO_SCHEME)
    rules = scheme.rules.imports.get(code)
    if rules is None:
        raise Refused("现行方案没有这一类登记，不能导入。")
    task = adjustments.yearly_task(institution, scheme, rules, at=plan.taking.at)
    records = sorted((line.record for line in lines), key=lambda record: record.unit.pk)
    for _, found in groupby(records, key=lambda record: record.unit.pk):
        group = list(found)
        for start in range(0, len(group), MOST_ENTRIES):
            _sheet(task, group[start : start + MOST_ENTRIES], plan.taking, values_of)
            plan.count_written(len(group[start : start + MOST_ENTRIES]))


def _sheet(task, records, taking, values_of):
    unit, actor = records[0].unit, taking.actor
    mine = Submission.objects.filter(task=task, unit=unit, post=None, person=actor.user_id)
    sheet = Submission(
        task=task,
        unit=unit,
        person_id=actor.user_id,
        sequence=(mine.aggregate(last=Max("sequence"))["last"] or 0) + 1,
        state=State.OPEN,
        step=task.route_rules.steps[0].code,
        moved_at=taking.at,
    )
    require(actor, "bring_in", sheet)
    sheet.save()
    entries = [
        {
            "key": str(uuid.uuid4()),
            "base": None,
            "change": "add",
            "values": {**values_of(record, task.rules), "reason": _source(record, taking)},
        }
        for record in records
    ]
    content = {"entries": entries, "values": {}}
    drafts.save(sheet, content, actor=actor, seen=0, at=taking.at)
    try:
        routes.submit(sheet.pk, actor=actor, seen_version=sheet.version, content=content, at=taking.at)
    except Incomplete as incomplete:
        raise Refused(_words(records, entries, incomplete.faults)) from incomplete


def _words(records, entries, faults):
    """Say what a sheet would not take, with the cells that it comes from."""
    cells = {entry["key"]: record.source for record, entry in zip(records, entries, strict=True)}
    said = [f"{cells.get(key, '')}：{text}" for key, fields in faults.items() for text in fields.values()]
    return f"不能导入：{'；'.join(said[:5])}"


def _source(record, taking):
    said = "；".join(dict.fromkeys(record.notes))
    return clipped(f"来源：{taking.file_name} {record.source}{'。' if said else ''}{said}", MOST_NOTE)


def _point(record, rules):
    """An entry of a sheet of points."""
    values = {
        "category": record.category,
        "post": record.post.code if record.post else "",
        "power_item": record.power_name,
        "content": record.content,
        "manifestation": record.manifestation,
        "involved_posts": record.involved,
        "grade": record.grade,
        **record.measures,
    }
    if record.power is not None:
        values[PLACE] = str(record.power.series)
    if record.responsible and "responsible" in rules.measure_asks:
        values |= {f"{stage}.responsible": written_all(record.responsible) for stage in record.measures}
    return values


def _power(record, rules):
    """An entry of a sheet of powers."""
    rows = [
        {"key": str(uuid.uuid4()), "post_name": post, "procedure": done, "time_limit": time}
        for post, done, time in record.steps
    ]
    return {
        "name": record.name,
        "accountable_post": record.post.code if record.post else "",
        **record.values,
        STEPS: typed_text(rows),
    }
