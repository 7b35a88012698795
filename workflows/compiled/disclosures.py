"""The ledger of what units make public, and its figures in the annual summary.

Source: R0-22, R1-37, R4-07.
"""

from registers.papers.compose import source
from workflows import disclosures
from workflows.models import Disclosure


def _of_year(units, on, reader):
    """The valid records of ``units`` in the year of ``on``, those that ``reader`` may read."""
    rows = Disclosure.objects.visible_to(reader) if reader is not None else Disclosure.objects.all()
    rows = rows.filter(unit__in=units, recorded_on__year=on.year, recorded_on__lte=on)
    return disclosures.valid(rows)


@source(
    "disclosure_list",
    about="unit",
    rows=(
        "unit",
        "title",
        "matter",
        "power",
        "mode",
        "part",
        "happened_on",
        "content",
        "document_number",
        "due_on",
        "disclosed_on",
        "where",
        "state",
    ),
)
def disclosure_list(*, unit, units, on, rules, reader=None):
    """办事公开台账 of ``units`` in the year of ``on``, oldest first: a row for each part of a matter."""
    rows = _of_year(units, on, reader).select_related("unit", "scheme").defer("scheme__source")
    rows = rows.order_by("recorded_on", "pk").prefetch_related("parts")
    return {"rows": [_row(row, part, on) for row in rows for part in row.parts.all()]}


def _row(row, part, on):
    said, state = row.rules, disclosures.state_of(part, on=on)
    public = state is disclosures.PUBLIC
    return {
        "unit": row.unit.name,
        "title": row.title,
        "matter": said.label_of("matters", row.matter) if row.matter else "",
        "power": row.power_name,
        "mode": _mode(row),
        "part": said.label_of("parts", part.part),
        "happened_on": part.happened_on.isoformat() if part.happened_on else "",
        "content": part.content,
        "document_number": part.document_number,
        "due_on": part.due_on.isoformat() if part.due_on else "",
        "disclosed_on": part.disclosed_on.isoformat() if public else "",
        "where": disclosures.where_of(said, part) if public else "",
        "state": f"逾期{late}天公开" if public and (late := disclosures.late_days(part)) else state[0],
    }


def _mode(row):
    """The mode; of a matter that somebody asked for also who did, and the days of question and answer."""
    mode = row.rules.label_of("modes", row.mode) if row.mode else ""
    if not row.asked_by:
        return mode
    answer = f"{row.answered_on:%Y-%m-%d}答复" if row.answered_on else f"应于{row.answer_due_on:%Y-%m-%d}前答复"
    return f"{mode}：{row.rules.label_of('askers', row.asked_by)}于{row.asked_on:%Y-%m-%d}提出，{answer}"


def figures(*, units, on, rules):
    """The annual summary's ``[(name, count)]`` of what was made public.

    Empty where the scheme keeps no such records.
    """
    if not rules.disclosure.kept:
        return []
    rows = _of_year(units, on, None)
    return [
        (f"{rules.disclosure.label}事项（件）", rows.count()),
        ("其中：已全部公开", disclosures.complete(rows).count()),
        ("其中：逾期未公开", disclosures.late(rows, on=on).count()),
    ]
