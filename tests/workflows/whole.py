"""The figures and rows of a unit are those of all units in it: compared for every paper that is compiled about a unit."""

import json
from collections import Counter

from registers import clock
from registers.models import RiskPoint, Unit
from registers.papers.compose import compose, document_for
from workflows.compiled import logs
from workflows.models import Submission
from workflows.sheets.documents import document

FIGURES = ("annual_summary", "archive_contents")  # counts instead of rows
RULE_BOOK = ("assessment", "prevention_mechanism")  # what the scheme says, the same for every unit
REPEATED = (
    "regulation_directory",
)  # a unit also lists what the school has, so rows of two units can be one and the same


def nest():
    """Put a unit that has points below another one, so that the tree is deeper than the school and its units."""
    lower, upper = Unit.objects.filter(risk_points__isnull=False, parent__parent=None).distinct().order_by("pk")[:2]
    lower.parent = upper
    lower.save()
    return upper


def compare(scheme):
    """Compare the school, and a unit with others below it, with their parts.

    Returns how much stands in each paper of the school: its rows, or what its figures add up to.
    """
    upper, root = nest(), Unit.objects.get(parent=None)
    alone = {}
    rules, on = scheme.rules, clock.today()
    for slug, layout in logs.papers_about(rules, "unit").items():
        for unit in root.subtree():
            about = {"unit": unit, "units": [unit], "on": on, "rules": rules}
            alone[slug, unit.pk] = document_for(layout.compiled, **about)["rows"]
    seen = {}
    for slug, layout in logs.papers_about(rules, "unit").items():
        for whole in (root, upper):
            rows = logs.compiled(layout, rules, unit=whole, on=on)["rows"]
            parts = [alone[slug, unit.pk] for unit in whole.subtree()]
            _compare_one(layout.compiled, f"{slug} of {whole}", rows, parts)
            seen.setdefault(slug, sum(row.get("count", 1) for row in rows))
    assert Counter(
        row["unit"] for row in logs.compiled(rules.papers["unit-ledger"], rules, unit=root, on=on)["rows"]
    ) == Counter(RiskPoint.objects.in_force(on).values_list("unit__name", flat=True))
    return seen


def filled_in(campaign):
    """Look at one filed sheet of each task: notice and report are printed. Returns the tasks that have either."""
    found = set()
    for sheet in Submission.objects.filter(task__campaign=campaign, state="filed").with_rules().order_by("-pk"):
        layout = sheet.task.paper_rules
        wanted = {
            block.label: block.kind
            for block in layout.footer
            if block.kind == "publicity" or block.field == "narrative"
        }
        if not wanted or sheet.task.code in found:
            continue
        found.add(sheet.task.code)
        printed = {
            block.label: "".join(block.lines) for row in compose(layout, document(sheet)).footer for block in row
        }
        for label, kind in wanted.items():
            said = printed[label]
            assert ("年" in said and "无异议" in said) if kind == "publicity" else said, f"{sheet}: {label} is empty"
    return found


def _compare_one(compiled, what, rows, parts):
    if compiled in FIGURES:
        totals = Counter()
        for part in parts:
            totals.update(
                {row["name"]: row["count"] for row in part if not row["name"].startswith(("其中：", "各单位"))}
            )
        shown = [(row["name"], row["count"]) for row in rows]
        assert {name: shown_count for name, shown_count in shown if name in totals} == dict(totals), what
        _compare_lines(compiled, what, shown, totals)
    elif compiled in REPEATED:
        assert _named(rows) == {name for part in parts for name in _named(part)}, what
    elif compiled == "inspection_materials":
        held = [Counter({row["item"]: int(row["detail"].split()[0]) for row in part}) for part in (rows, *parts)]
        assert held[0] == sum(held[1:], Counter()), what
    elif compiled in RULE_BOOK:
        assert all(part == rows for part in parts), what
    else:
        assert _counted(rows) == _counted(row for part in parts for row in part), what
        assert rows or not any(parts), f"{what}: empty"


def _compare_lines(compiled, what, shown, totals):
    """The lines of the units below a total add up to it."""
    if compiled == "annual_summary":
        start = [name for name, _ in shown].index("各单位风险点（个）")
        assert sum(count for _, count in shown[start + 1 :]) == totals["风险点（个）"] == shown[start][1], what
    else:
        whole, *lines = [count for name, count in shown if name not in totals]
        assert sum(lines) == whole == sum(totals.values()), what


def _named(rows):
    """The rows of regulations on record; the others are texts that no regulation is found for."""
    return {(row["unit"], row["regulation"]) for row in rows if row.get("state")}


def _counted(rows):
    return Counter(json.dumps(row, ensure_ascii=False, sort_keys=True, default=str) for row in rows)
