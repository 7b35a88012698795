"""Papers about what happened to submissions: logs, letters and review records."""

from django.utils import timezone

from registers import clock
from registers.papers.compose import compose, document_for, issuer, source
from registers.papers.given import WHOEVER_COMPILES
from registers.schemes.language import Brings
from registers.schemes.layout import Column
from registers.schemes.parts import Contact
from registers.schemes.publicity import LABELS, PERSON, PERSON_LABEL
from workflows import leading_measures, suggestions
from workflows.compiled import activities
from workflows.models import Decision, ReviewVote, Submission, SubmissionLine
from workflows.policies import Holding
from workflows.progress import leading
from workflows.sheets.composing import ENTRY, SHEET
from workflows.sheets.documents import Composition

MINUTE = "%Y-%m-%d %H:%M"
SCORED = (
    "assessment",
    "assessment_record",
    "assessment_pack",
    "assessment_results",
)  # papers where something is scored
DISCLOSED = ("disclosure_list",)  # the paper of what is made public
PLANNED = ("education_plan",)  # the paper of the plan of education
WHOEVER_COMPILES["unit"] = ("unit.name", "as_of", "year")


def papers_about(rules, about):
    """Find a scheme's compiled papers about one kind of thing: ``{slug: layout}``.

    Those of assessments are left out where the scheme has no scores, those of disclosure and of consultations where it keeps
    no records of them, that of education where it asks for no plan.
    """
    empty = () if rules.assessment.criteria else SCORED
    empty += () if rules.disclosure.kept else DISCLOSED
    empty += () if any(kind.purpose == "consultation" for kind in rules.activities) else activities.CONSULTED
    empty += () if rules.duties.education else PLANNED
    return {
        slug: layout for slug, layout in rules.papers.items() if layout.about == about and layout.compiled not in empty
    }


def unit_paper(rules, compiled):
    """Return the slug of a scheme's paper about a unit with the rows ``compiled``, or None."""
    return next((slug for slug, layout in papers_about(rules, "unit").items() if layout.compiled == compiled), None)


def layout_of_activity(activity):
    """Return the layout of the record of an activity, None where the scheme has none.

    A consultation has its own.
    """
    rules = activity.campaign.scheme.rules
    kind = activities.kinds(rules).get(activity.kind)
    own = kind is not None and kind.purpose == "consultation"
    layouts = papers_about(rules, "activity").values()
    return next((layout for layout in layouts if (layout.compiled in activities.CONSULTED) == own), None)


def compiled(layout, rules, *, unit, on, reader=None):
    """Compile the document of a paper about a unit, as of the end of the day ``on``.

    It holds what ``reader`` (an actor) may read. Without a reader it holds everything: it is then made on the
    server's command line by somebody who has the database anyway.
    """
    units = list(unit.subtree())  # a record of a unit holds what all below it have
    document = document_for(layout.compiled, unit=unit, units=units, on=on, rules=rules, reader=reader)
    fields = dict(zip(WHOEVER_COMPILES["unit"], (unit.name, on.isoformat(), on.year), strict=True))
    return {
        "fields": fields | document.get("fields", {}),
        "rows": document.get("rows", []),
        "year": on.year,
        **issuer(rules),
    }


def paper(layout, rules, *, unit, on, reader=None):
    """Compose the paper that ``compiled`` fills, without columns that say nothing about this unit."""
    document = compiled(layout, rules, unit=unit, on=on, reader=reader)
    return compose(_without_needless(layout, document["rows"], unit), document)


def _without_needless(layout, rows, unit):
    """Leave out the column of units where every row is the unit's own, and that of details where no row has any."""
    needless = set()
    if all(row.get("unit", unit.name) == unit.name for row in rows):
        needless.add("unit")
    if not any(row.get("detail") for row in rows):
        needless.add("detail")
    kept = tuple(column for column in layout.columns if column.field not in needless)
    return layout.model_copy(update={"columns": kept})


@source("search_log", about="unit", rows=("unit", "at", "task", "place", "step", "person", "text"))
def search_log(*, unit, units, on, rules, reader=None):
    """查找岗位风险过程记录: every act and ballot on the risk searches of ``units``, and what others suggested.

    Only submissions that ``reader`` may read. Source: R1-52.
    """
    readable = Submission.objects.visible_to(reader) if reader else Submission.objects.all()
    submissions = readable.filter(unit__in=units, task__brings=Brings.POINTS, task__campaign__year=on.year)
    related = ("submission__task", "submission__post", "submission__unit")
    rows = [
        (act.at, act.submission, act.step_label, act.who, _said(_verdict(act), act.opinion))
        for act in Decision.objects.filter(submission__in=submissions, at__date__lte=on).select_related(
            *related, "actor", "on_behalf_of", "meeting"
        )
    ]
    rows += [
        (
            vote.at,
            vote.submission,
            "成员表决",
            vote.member.name,
            _said("同意" if vote.agrees else "不同意", vote.opinion),
        )
        for vote in ReviewVote.objects.filter(submission__in=submissions, at__date__lte=on).select_related(
            *related, "member"
        )
    ]
    acts = [
        {
            "unit": submission.unit.name,
            "at": f"{timezone.localtime(at):{MINUTE}}",
            "task": submission.task.label,
            "place": submission.post.name if submission.post_id else submission.unit.name,
            "step": step,
            "person": person,
            "text": text,
        }
        for at, submission, step, person, text in sorted(rows, key=lambda row: (row[0], row[1].pk))
    ]
    held = activities.log_rows(units=units, on=on, rules=rules, reader=reader)
    suggested = suggestions.log_rows(units=units, on=on, rules=rules, reader=reader)
    led = leading.log_rows(units=units, on=on, rules=rules, reader=reader)
    measured = leading_measures.log_rows(units=units, rules=rules, holding=Holding(on))
    return {"rows": sorted(acts + held + suggested + led + measured, key=lambda row: row["at"])}


def _verdict(act):
    """The decision in words, and by how many days it came late."""
    late = f"（逾期 {act.days_late} 天）" if act.days_late else ""
    return f"{act.get_verdict_display()}{late}"


def _said(verdict, opinion):
    return f"{verdict}：{opinion}" if opinion else verdict


@source(
    "return_notice",
    about="sheet",
    fields=("recipient", "paper", "step", "opinion", "redo_on", "returned_by", "returned_on"),
)
def return_notice(*, submission, votes):
    """退回通知 of a submission's latest return, blank where it was never returned.

    It names what was returned then, and nothing that was settled before. Source: R1-21.
    """
    decision = submission.decisions.filter(verdict="return").select_related("actor", "on_behalf_of", "meeting").last()
    if decision is None:
        return {"fields": {}}
    rules = submission.task.campaign.scheme.rules
    return {
        "fields": {
            "recipient": submission.person.name if submission.person_id else submission.unit.name,
            "paper": submission.task.paper_rules.title,
            "step": decision.step_label,
            "opinion": "\n".join([decision.opinion, *_returned_lines(submission, decision)]),
            "redo_on": decision.redo_on.isoformat(),
            "returned_by": _returned_by(rules, decision),
            "returned_on": timezone.localdate(decision.at).isoformat(),
        }
    }


def _returned_lines(submission, decision):
    """What was returned by a decision, line by line: number, category, content as it was handed in, and the words.

    Lines of sheets that this one carried then come after its own, each with whose sheet it stands on.
    """
    handed_in = submission.documents.filter(version__lte=decision.seen_version).last()
    content = handed_in.content if handed_in else {"rows": [], "retired": []}
    rows = {row.get(ENTRY): row for row in content["rows"] + content["retired"]}
    entries = [entry for entry, verdict in decision.line_verdicts.items() if verdict == "returned"]
    carried = {int(row[SHEET]) for row in rows.values() if SHEET in row}
    lines = SubmissionLine.objects.filter(submission__in={submission.pk, *carried}, entry__in=entries)
    returned = {}
    for line in lines.select_related("submission__unit", "submission__person", "submission__post"):
        row = rows.get(str(line.entry), {})
        category = f"（{row['category']}）" if row.get("category") else ""
        text = next((row[name] for name in ("content", "name", "post") if row.get(name)), "")
        quoted = f"“{text}”" if text else ""
        post = line.submission.post
        whose, place = (
            ("", "") if line.submission_id == submission.pk else (f"{line.submission.subject}的表", post.code)
        )
        key = (place, line.submission_id, line.position)
        returned[key] = f"{whose}第 {line.position} 项{category}{quoted}：{line.comment}"
    return [returned[key] for key in sorted(returned)]


def _returned_by(rules, decision):
    """The role that returned the submission, with both names where a stand-in did it."""
    role = rules.roles.get(decision.acting_role, "")
    return f"{role} {decision.who}".strip() if decision.on_behalf_of_id or not role else role


@source(
    "review_record",
    about="sheet",
    rows=("item", "agreed", "against", "remarks"),
    fields=("subject", "paper", "round", "present", "chair", "concluded_on", "conclusion", "ballots"),
)
def review_record(*, submission, votes):
    """集体审核记录 of a submission's latest review: who voted, and the verdicts on each line.

    ``votes``: the ballots that the reader may see. Source: R1-20, R3-13.
    """
    votes = sorted(votes, key=lambda vote: (vote.round, vote.at))
    latest = [vote for vote in votes if vote.round == votes[-1].round and vote.counted] if votes else []
    if not latest:
        return {"fields": {}, "rows": []}
    reviews = {step.code for step in submission.task.route_rules.steps if step.kind == "collective_review"}
    concluded = submission.decisions.filter(round=latest[0].round, step__in=reviews)
    concluded = concluded.select_related("actor", "on_behalf_of", "meeting").last()
    rows = []
    for entry in Composition(submission).entries:
        verdicts = [(vote.member.name, vote.verdicts[entry.key]) for vote in latest if entry.key in vote.verdicts]
        rows.append(
            {
                "item": f"{entry.heading}：{entry.fields[0][2] if entry.fields else ''}",
                "agreed": sum(verdict["accurate"] for _, verdict in verdicts),
                "against": sum(not verdict["accurate"] for _, verdict in verdicts),
                "remarks": [f"{name}：{verdict['comment']}" for name, verdict in verdicts if verdict["comment"]],
            }
        )
    return {
        "rows": rows,
        "fields": {
            "subject": submission.subject,
            "paper": submission.task.paper_rules.title,
            "round": f"第{latest[0].round}轮",
            "present": f"实到{len(latest)}人",
            "chair": concluded.who if concluded and concluded.actor_id else "",
            "concluded_on": timezone.localdate(concluded.at if concluded else latest[-1].at).isoformat(),
            "conclusion": f"{concluded.get_verdict_display()}。{concluded.opinion}"
            if concluded
            else "尚未形成集体意见",
            "ballots": "\n".join(
                f"{vote.member.name}　{'全' if vote.complete else '不全'}　{'同意' if vote.agrees else '不同意'}　{vote.opinion}"
                for vote in latest
            ),
        },
    }


@source(
    "notice",
    about="notice",
    rows=("unit", "place", PERSON, *LABELS),
    fields=(
        "scheme",
        "basis",
        "task",
        "count",
        "starts_on",
        "ends_on",
        "days",
        "days_text",
        "publisher",
        "stamp",
        "published_on",
        "corrections",
        *(f"contact_{name}" for name in Contact.model_fields),
    ),
)
def notice_paper(*, notice, on=None):
    """公示 as a letter for a unit's own web site: only what the notice shows on the day ``on``.

    Source: R1-53.
    """
    return {
        "title": notice.title,
        "rows": [_printed(item) for item in notice.items_on(on or clock.today())],
        "fields": notice_fields(notice) | {"corrections": corrected_in(notice)},
    }


def corrected_in(notice):
    """Return what was corrected in a notice while it ran, a sentence each."""
    return "\n".join(
        f"更正：{timezone.localdate(one.at):%Y-%m-%d}，{f'第{one.row}项' if one.row else ''}{one.heading}"
        f"由“{one.before}”更正为“{one.after}”。"
        for one in notice.corrections.all()
    )


def signed_by(about):
    """Return who signs a notice or a publication, and the words for the seal: its own, or another's (代章)."""
    kind, rules = about.kind_rules, about.rules
    inside = about.audience == "unit" or (about.verb == "standing" and about.unit.parent_id is not None)
    own = about.unit.name if inside else rules.roles.get("office", "")
    return kind.issuer or own, f"{kind.seal}代章" if kind.seal else "盖章"


def notice_fields(notice):
    """Return what every paper about a notice may print of it.

    Its basis, its days, who signs it with whose seal, whom to ask.
    """
    rules = notice.task.campaign.scheme.rules
    number, (publisher, seal) = rules.identity.document_number, signed_by(notice)
    return {
        "scheme": rules.identity.title,
        "basis": f"《{rules.identity.title}》{number and f'（{number}）'}",
        "task": notice.task.label,
        "count": len(notice.items),
        "starts_on": notice.starts_on.isoformat(),
        "ends_on": notice.ends_on.isoformat(),
        "days": notice.step_rules.days,
        "days_text": notice.days_text.replace(" ", ""),
        "publisher": publisher,
        "stamp": seal,
        "published_on": timezone.localdate(notice.released_at).isoformat(),
        **{f"contact_{name}": value for name, value in rules.identity.contact},
    }


def _printed(item):
    """A row of a notice for its paper: every column that a layout may name, without the keys of its sheet."""
    shown = {field: text for field, text in item.items() if field not in ("sheet", "entry")}
    return dict.fromkeys((PERSON, *LABELS), "") | shown


def about_submission(layout, submission, *, votes):
    """The document of a paper about one submission. ``votes``: the ballots that the reader may see."""
    return {
        "rows": [],
        **document_for(layout.compiled, submission=submission, votes=votes),
        "year": submission.task.campaign.year,
        **issuer(submission.task.campaign.scheme.rules),
    }


LONG, SHORT, NARROW = 30, 14, 10  # widths of a notice's columns: of texts, of words, of a grade
WORDS = ("category", "power_item", "name", "domain", "kind", "time_limit", "accountable_post")


def letter_of(rules):
    """Return the layout of a notice's letter, None where the rule book has none."""
    return next((one for one in papers_about(rules, "notice").values() if one.compiled == "notice"), None)


def layout_of_notice(layout, notice, on=None):
    """Return the layout of a notice's paper with the columns that this notice shows.

    Those of number and place stay as the rule book has them.
    """
    widths = dict.fromkeys(WORDS, SHORT) | {"grade": NARROW}
    items = notice.items_on(on or clock.today())
    named = [[PERSON, PERSON_LABEL]] if any(PERSON in item for item in items) else []
    shown = [
        Column(label=label, field=field, width=widths.get(field, LONG), align="center" if field == "grade" else "left")
        for field, label in [*named, *notice.columns]
    ]
    kept = [column for column in layout.columns if column.field not in (PERSON, *LABELS)]
    more = ("{corrections}",) if notice.corrections.exists() else ()
    return layout.model_copy(update={"columns": (*kept, *shown), "paragraphs": (*layout.paragraphs, *more)})


def about_notice(layout, notice, on=None):
    """The document of a notice's paper, as it reads on the day ``on`` (today)."""
    campaign = notice.task.campaign
    return {
        **document_for(layout.compiled, notice=notice, on=on),
        "year": campaign.year,
        **issuer(campaign.scheme.rules),
    }
