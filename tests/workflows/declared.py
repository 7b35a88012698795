"""What papers are said to give, held against what real documents hold."""

from registers import clock
from registers.actors import Actor
from registers.models import Appointment, User
from registers.papers.compose import document_for
from registers.papers.given import GIVEN, of_sheet
from registers.schemes.language import Brings
from tests import dutiful
from workflows.models import Assessment, DutyStatement, EducationItem, Inspection, Publication, PublicityNotice
from workflows.publicity import lists
from workflows.publicity.rankings import computing, releasing
from workflows.sheets import composing
from workflows.views.assessments import figures_of

ENTRIES = {
    composing.ENTRY,
    composing.INCLUDED,
    composing.SHEET,
}  # which entry or point a row shows: for pages, not for paper


def of_sheets(sheets):
    """List in words where filed documents and what is declared of their papers disagree."""
    found = []
    for sheet in sheets:
        rules, task = sheet.task.campaign.scheme.rules, sheet.task.rules
        document = sheet.filed_paper.document
        columns, fields = of_sheet(rules, task)
        found += _compared(f"{task.label} columns", document["rows"], columns, at_times=_at_times(task))
        extra = {name: document[name] for name in ("institution", "year")}
        acted = {name for name in fields if name.startswith(("by.", "on."))}  # a step may be left out by its grades
        found += _compared(f"{task.label} fields", [document["fields"] | extra], fields, at_times=acted)
    return found


def _at_times(task):
    """The columns that only some rows have: grades of an earlier year."""
    graded = task.brings != Brings.POINTS or "grades" in task.also
    return set() if graded else {"grade", "rank"}


def add_inspections(made):
    """Add the documents of the papers about every inspection to ``made`` (source → documents)."""
    for inspection in Inspection.objects.all():
        about = {
            "seats": list(inspection.seats.select_related("user")),
            "lines": list(inspection.checks.all()),
            "findings": list(inspection.findings.select_related("inspection__plan")),
        }
        for name in made:
            if GIVEN[name].about == "inspection":
                made[name].append(document_for(name, inspection=inspection, **about))


def add_ranking(made, campaign):
    """Add the document of the paper about a ranking of ``campaign``, computed and shown as if it had been decided."""
    office = Appointment.objects.in_force(clock.today()).filter(role="office").first().user
    ranking = computing.compute(campaign, actor=Actor(office, on=clock.today()), at=clock.now())
    ranking.shown_at = ranking.released_at = clock.now()
    ranking.contest_until, ranking.decision = clock.today(), "会议"
    ranking.result = releasing.result_of(ranking)
    made["ranking_notice"].append(document_for("ranking_notice", ranking=ranking))


def add_assessments(made):
    """Add the documents of the papers about every assessment to ``made`` (source → documents)."""
    for assessment in Assessment.objects.select_related("unit", "scheme", "survey"):
        lines = list(assessment.lines.prefetch_related("attachments"))
        about = {"assessment": assessment, "lines": lines, "figures": figures_of(assessment, lines)}
        for name in made:
            if GIVEN[name].about == "assessment":
                made[name].append(document_for(name, **about))


def add_statement(made, unit):
    """Add the document of the paper about a statement of duty, which no unit of this demo has."""
    scheme = dutiful.ask(at=clock.now())
    about = scheme.rules.duties.statement
    parts = {part.code: "职责" for part in about.parts}
    statement = DutyStatement(scheme=scheme, unit=unit, year=clock.today().year, parts=parts)
    made["duty_statement"].append(document_for("duty_statement", statement=statement))


def add_education(made, unit):
    """Add the document of the plan of education, of which this demo's rule book has none."""
    scheme, today = dutiful.ask(at=clock.now()), clock.today()
    said = {
        "title": "廉政教育",
        "kind": "education",
        "due_on": today,
        "year": today.year,
        "unit": unit,
        "scheme": scheme,
    }
    EducationItem.objects.create(institution=unit.parent, by=User.objects.first(), at=clock.now(), **said)
    about = {"unit": unit, "units": [unit], "on": today, "rules": scheme.rules}
    made["education_plan"].append(document_for("education_plan", **about))


def add_notices(made):
    """Add the documents of the papers about notices and publications to ``made`` (source → documents)."""
    for notice in PublicityNotice.objects.with_rules().filter(released_at__isnull=False)[:20]:
        made["notice"].append(document_for("notice", notice=notice))
        made["notice_closing"].append(document_for("notice_closing", notice=notice))
    for publication in Publication.objects.filter(verb="standing", released_at__isnull=False):
        made["publication"].append(document_for("publication", publication=publication))
        publication.changes = lists.differences([], publication.items, publication.columns)
        made["publication_changes"].append(document_for("publication_changes", publication=publication))


def of_source(name, documents):
    """List in words where the documents of a compiled paper and what its source declares disagree."""
    given, rows = GIVEN[name], [row for document in documents for row in document.get("rows", [])]
    found = [] if rows or not given.rows else [f"{name}: no document has a row"]
    found += _compared(f"{name} columns", rows, set(given.rows))
    return found + _compared(f"{name} fields", [document.get("fields", {}) for document in documents], {*given.fields})


def _compared(where, rows, declared, *, at_times=frozenset()):
    """Whatever holds a value is declared, and whatever is declared is there, be it empty."""
    held = {name for row in rows for name, value in row.items() if value not in ("", None, [])} - ENTRIES
    there = {name for row in rows for name in row}
    missing = {name for name in declared - there - at_times if not _is_arrangement(name)} if rows else set()
    return [f"{where}: {name} is not declared" for name in sorted(held - declared)] + [
        f"{where}: {name} is never there" for name in sorted(missing)
    ]


def _is_arrangement(name):
    """Whether a column says who carries a measure out, by when, on which basis: nobody has to say it."""
    return name.startswith("measures.") and name.count(".") == 2
