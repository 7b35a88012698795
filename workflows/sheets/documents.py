"""The document of a submission: composed when it is handed in, kept, and what has been decided since.

Readers, votes, signatures, notices and the filed paper all show this one document. Source: design 5a.
"""

import json
from functools import cached_property

from django.utils import timezone

from registers import clock
from registers.schemes.language import Brings
from registers.text import digest_of
from workflows.models import FiledPaper, SheetDocument, Submission
from workflows.models.submissions import State, short_code
from workflows.sheets import composing, sheet_for

# ``attachments`` is there only where files are: what was signed without any keeps its digest.
SIGNED_PARTS = ("fields", "rows", "retired", "title", "attachments")
TYPING = (State.WAITING, State.OPEN)  # nothing is handed in, or it was taken back


class Composition:
    """One submission with its sheet and its document, each worked out once for one act.

    The check of freshness, the decision, the notice and the frozen paper of an act read the same object, so what was compared is
    what is recorded. Whatever is not asked for is not worked out. An act that writes what the sheet shows goes on with what
    ``handed_in``, ``recompiled`` or ``graded`` returns. ``decided``: what this act has decided (``Decision.decided``).
    """

    def __init__(self, submission, sheet=None, *, kept=None, decided=None):
        self.submission = submission
        self.sheet = sheet or sheet_for(submission)
        self.decided = decided or {}
        if kept is not None:
            self.__dict__["kept"] = kept

    @cached_property
    def kept(self):
        """The document kept when the sheet was handed in last, None while it is being typed."""
        if self.submission.state in TYPING:
            return None
        return SheetDocument.objects.filter(submission=self.submission.pk).order_by("version").last()

    @cached_property
    def entries(self):
        """The submitted entries as reviewers see them."""
        return self.sheet.shown()

    @cached_property
    def content(self):
        """Everything the paper says, without sign-offs and marks.

        It is the kept document with the decisions made since.
        """
        if self.kept is None:
            return composing.content_of(self.submission, self.entries, on=self.submission.as_of)
        since = self.submission.decisions.filter(seen_version__gte=self.kept.version).exclude(decided={})
        content = self.kept.content
        for decided in [*since.order_by("seen_version").values_list("decided", flat=True), self.decided]:
            content = with_decided(content, decided)
        return content

    @property
    def included_rows(self):
        """The rows of people's points on record that a unit's paper lists after its own."""
        return [row for row in self.content["rows"] if composing.INCLUDED in row and composing.ENTRY not in row]

    @cached_property
    def digest(self):
        """Digest of exactly what a reviewer or signer is shown.

        Title, header, rows, retired rows and files, but no sign-offs.
        """
        return digest_of_content(self.content)

    def handed_in(self, *, at):
        """Compose the document anew, keep it, and return the composition to go on with.

        To be called after the lines were written, before the submission moves.
        """
        sheet, submission = self.sheet, self.submission
        composed = composing.content_of(submission, sheet.shown(), on=clock.local_day(at))
        kept = SheetDocument.objects.create(
            submission=submission, version=submission.version, content=json.loads(json.dumps(composed)), composed_at=at
        )
        return Composition(submission, sheet, kept=kept)

    def graded(self):
        """Return the composition to go on with after grades were written: its document says what was decided."""
        content, decided = self.content, {}
        rows = {row[composing.ENTRY]: row for row in content["rows"] if composing.ENTRY in row}
        again = Composition(self.submission, self.sheet, kept=self.kept)
        for entry in again.entries:
            row = rows.get(entry.key)
            now = composing.row_of(entry, "", self.submission.as_of)
            if row is not None:
                changed = {name: now.get(name) for name in composing.DECIDED if now.get(name) != row.get(name)}
                decided |= {entry.key: changed} if changed else {}
        again.decided = decided
        return again

    def document(self):
        """The content with the sign-offs, marks and code of this moment."""
        signoffs = _signoffs(self.submission)
        return {
            **self.content,
            # Who acted stands in some headers too (R3-22: 审核人); it is no part of what they put their names to.
            "fields": self.content["fields"]
            | {f"by.{step}": act["name"] for step, act in signoffs.items()}
            | {f"on.{step}": act["at"] for step, act in signoffs.items()},
            "signoffs": signoffs,
            "marks": _marks(self.submission),
            "code": short_code(self.digest),
        }


def document(submission):
    """The whole document of a submission, frozen if it has been filed. Source: design decision 7."""
    filed = FiledPaper.objects.filter(submission=submission).first()
    return filed.document if filed is not None else Composition(submission).document()


def digest(submission):
    """Digest of exactly what a reviewer or signer of the submission is shown."""
    return Composition(submission).digest


def digest_of_content(content):
    """Digest of the parts of a document that people put their names to."""
    return digest_of({part: content[part] for part in SIGNED_PARTS if part in content})


def with_decided(content, decided):
    """Return the document after a decision.

    ``decided``: the columns that it changed, by entry (``Decision.decided``).
    """
    if not decided:
        return content
    rows = []
    for row in content["rows"]:
        changed = decided.get(row.get(composing.ENTRY), {})
        rows.append({name: text for name, text in (row | changed).items() if text is not None} if changed else row)
    return {**content, "rows": rows}


def included_changes(composition):
    """Return in words what differs today from the rows of the register that the document lists."""
    if composition.submission.task.paper_rules.includes is None or composition.kept is None:
        return []
    then = {row[composing.INCLUDED]: row for row in composition.included_rows}
    today = composing.included_rows(composition.submission, on=clock.today())
    now = {row[composing.INCLUDED]: row for row in json.loads(json.dumps(today))}
    return [
        *(f"新增：{_named(row)}" for series, row in now.items() if series not in then),
        *(f"撤销：{_named(row)}" for series, row in then.items() if series not in now),
        *(f"修改：{_named(row)}" for series, row in now.items() if series in then and row != then[series]),
    ]


def _named(row):
    place = row.get("post_and_person", "").replace("\n", " ")
    return f"{place}“{row['content'][:40]}”"


def _signoffs(submission):
    """The latest valid act of each step: those since the sheet was handed in last, after those of the sheet this one follows.

    附件4 and 附件5 print the notice and the decision of the grading before them. Source: R1-27, R1-28.
    """
    earlier, own = _publicised_before(submission), {step.code for step in submission.task.route_rules.steps}
    before = {step: act for step, act in _signoffs(earlier).items() if step not in own} if earlier is not None else {}
    signoffs, filling = before, submission.task.route_rules.steps[0].code
    for decision in submission.decisions.select_related("actor", "on_behalf_of"):
        if decision.verdict in ("return", "withdraw"):
            signoffs = dict(before)
        elif decision.verdict == "recompile":  # the filler's own stays
            signoffs = before | {step: act for step, act in signoffs.items() if step == filling}
        else:
            signoffs = signoffs | {decision.step: _signed(decision)}
    for ballot in submission.votes.filter(round=submission.round, counted=True).select_related("member"):
        if review := next(
            (
                signoffs[step.code]
                for step in submission.task.route_rules.steps
                if step.kind == "collective_review" and step.code in signoffs
            ),
            None,
        ):
            review["members"].append(f"{ballot.member.name}（{'同意' if ballot.agrees else '不同意'}）")
    for notice in submission.notices.filter(round=submission.round):
        step = next(step.code for step in submission.task.route_rules.steps if step.kind == "publicise")
        signoffs[step] = {
            "start": notice.starts_on.isoformat(),
            "end": notice.ends_on.isoformat(),
            "outcome": notice.outcome,
            "name": "",
            "at": "",
            "opinion": "",
            "members": [],
        }
    return signoffs


def _signed(decision):
    return {
        "name": decision.who if decision.actor_id else "",
        "at": timezone.localdate(decision.at).isoformat(),
        "opinion": _words(decision),
        "members": [],
    }


def _words(decision):
    """What a sign-off prints: the opinion, and where the sheet was filed outside the institution (R4-28)."""
    said = "\n".join(part for part in (decision.opinion, decision.outside_words) if part)
    return said or ("同意" if decision.verdict == "agree" else "")


def _publicised_before(submission):
    """The sheet of the same subject on whose notice stood what this one is about, None where there is none.

    A sheet of measures follows the one that found or graded its points, and prints their notice (R1-27, R2-14).
    """
    rules = submission.task.campaign.scheme.rules
    if submission.task.brings != Brings.MEASURES or _has_notice(submission.task.route_rules):
        return None
    earlier = [task for task in rules.tasks if task.code in submission.task.rules.after]
    codes = [task.code for task in earlier if _has_notice(rules.routes[task.route])]
    same = {"unit": submission.unit_id, "post": submission.post_id, "person": submission.person_id}
    found = Submission.objects.filter(task__campaign=submission.task.campaign_id, task__code__in=codes, **same)
    return found.select_related("task__campaign__scheme").first() if codes else None


def _has_notice(route):
    return any(step.kind == "publicise" for step in route.steps)


def _marks(submission):
    return ["copied"] if submission.custodies.filter(is_copy=True).exists() else []
