"""What the register has changed since a sheet was handed in, in words for the next reviewer.

A document is composed once and kept. Rows of the register that it lists may change afterwards, and so may the sheets that it
carries: who has come, who has left.
"""

import json

from registers import clock
from workflows.models import SheetDocument
from workflows.models.submissions import State
from workflows.sheets import composing


def of_listed(composition):
    """Return in words what differs today from what the document lists beside the sheet's own entries."""
    if composition.kept is None:
        return []
    return of_crew(composition) + _register_changes(composition)


def of_crew(composition):
    """Return in words who has come or gone since a sheet that carries others was handed in."""
    crew, submission = composition.sheet.crew, composition.submission
    if crew is None or submission.state != State.IN_REVIEW or composition.kept is None:
        return []
    named = {(row["person"], row["post"]) for row in composition.kept.content.get("absent", [])}
    joined = [row for row in crew.missing if (row.person.name, row.post.name) not in named]
    return [
        *(f"新到：{row.subject}的表已提交，不在本表内" for row in crew.ready),
        *(f"新增：{row.subject}应当填表，尚未提交，不在本表内" for row in joined),
        *(f"离任：{row.subject}已不任该岗位，其表仍在本表内" for row in crew.left(clock.today())),
    ]


def of_returned(composition):
    """Return in words what sheets that went back to their fillers have changed since.

    Compared with the document before this one. Empty unless the sheet goes on after they came again (``Decision.Verdict.RESUME``).
    """
    submission, kept = composition.submission, composition.kept
    last = submission.decisions.order_by("seen_version").last() if composition.sheet.crew is not None else None
    if last is None or last.verdict != "resume":
        return []
    earlier = (
        SheetDocument.objects.filter(submission=submission.pk, version__lt=kept.version).order_by("version").last()
    )
    then, now = (
        {row[composing.ENTRY]: row for row in content["rows"] + content["retired"] if composing.SHEET in row}
        for content in (earlier.content, kept.content)
    )
    return _changes(then, now, apart=composing.DECIDED)


def _register_changes(composition):
    if composition.submission.task.paper_rules.includes is None:
        return []
    then = {row[composing.INCLUDED]: row for row in composition.included_rows}
    today = composing.included_rows(composition.submission, on=clock.today())
    return _changes(then, {row[composing.INCLUDED]: row for row in json.loads(json.dumps(today))})


def _changes(then, now, *, apart=()):
    """Compare rows by key, in words. ``apart``: columns that do not count."""

    def plain(row):
        return {name: text for name, text in row.items() if name not in apart}

    return [
        *(f"新增：{_named(row)}" for key, row in now.items() if key not in then),
        *(f"撤销：{_named(row)}" for key, row in then.items() if key not in now),
        *(f"修改：{_named(row)}" for key, row in now.items() if key in then and plain(row) != plain(then[key])),
    ]


def _named(row):
    place = row.get("post_and_person", "").replace("\n", " ")
    return f"{place}“{row['content'][:40]}”"
