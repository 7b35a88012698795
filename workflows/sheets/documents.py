"""The document of a submission: composed when it is handed in, kept, and what has been decided since.

Readers, votes, signatures, notices and the filed paper all show this one document.
"""

import json
from functools import cache, cached_property
from uuid import UUID

from registers import clock
from registers.inserting import insert_instances
from registers.papers.compose import DECIDED
from registers.prepared import Given, Prepared, PreparedUpdate
from registers.text import digest_of
from workflows.models import Decision, Draft, FiledPaper, SheetDocument, SubmissionLine
from workflows.models.submissions import State, short_code
from workflows.sheets import Incomplete, changes, composing, noticed, sheet_for
from workflows.sheets.signoffs import signoffs_of

# ``attachments`` is there only where files are: what was signed without any keeps its digest.
SIGNED_PARTS = ("fields", "rows", "retired", "title", "attachments", "absent")
LATER = "提交后新增，尚未提交"  # why somebody is missing of whom nobody has said why
TYPING = (State.WAITING, State.OPEN)  # nothing is handed in, or it was taken back


class Composition:
    """One submission with its sheet and its document, each worked out once for one act.

    The check of freshness, the decision, the notice and the frozen paper of an act read the same object, so what was compared is
    what is recorded. Whatever is not asked for is not worked out. An act that writes what the sheet shows goes on with what
    ``handed_in``, ``recompiled`` or ``graded`` returns. ``decided``: what this act has decided (``Decision.decided``).
    """

    def __init__(self, submission, sheet=None, *, kept=None, decided=None, crowd=None):
        self.submission = submission
        self.sheet = sheet or sheet_for(submission)
        self.decided = decided or {}
        if kept is not None:
            self.__dict__["kept"] = kept
        if crowd is not None:
            self.__dict__["crowd"] = crowd

    @cached_property
    def kept(self):
        """The document kept when the sheet was handed in last, None while it is being typed."""
        if self.submission.state in TYPING:
            return None
        return next(iter(_last_kept().of(submission=self.submission.pk)), None)

    @cached_property
    def members(self):
        """The personal sheets that this one carries.

        While it is being filled, those that would come along.
        """
        crew = self.sheet.crew
        if crew is None:
            return []
        if self.submission.state in (*TYPING, State.RETURNED):
            return crew.ready
        return [member for member in crew.aboard if member.state != State.CANCELLED]

    @cached_property
    def crowd(self):
        """One sheet that shows the lines of all ``members`` at once, None where there are none."""
        return _crowd(self.members)

    @property
    def sheets(self):
        """The sheet itself, and the one of the members."""
        return [self.sheet, self.crowd] if self.crowd is not None else [self.sheet]

    @property
    def lines(self):
        """The lines of the sheet and of those that it carries."""
        return [line for sheet in self.sheets for line in sheet.lines()]

    @property
    def line_rows(self):
        """The same lines as a query."""
        return SubmissionLine.objects.filter(submission__in=[self.submission, *self.members])

    def verdicts(self):
        """Return ``(entry, verdict)`` of each of the same lines."""
        return _verdicts().of(submissions=self._ids)

    def accept(self, *, without=()):
        """Mark the same lines as accepted, but not those of the entries ``without`` (their keys)."""
        _accepted().of(submissions=self._ids, without=[UUID(key) for key in without])

    @property
    def _ids(self):
        return [sheet.pk for sheet in (self.submission, *self.members)]

    @cached_property
    def entries(self):
        """The submitted entries as reviewers see them: the sheet's own, then those that it carries."""
        return self._shown()

    def _shown(self):
        entries = self.sheet.shown()
        if self.crowd is not None:
            members = {member.pk: member for member in self.members}
            for number, entry in enumerate(self.crowd.shown(), start=len(entries) + 1):
                entry.number, entry.submission = number, members[entry.lines[0].submission_id]
                entries.append(entry)
        return entries

    def gravest_rank(self):
        """The gravest grade on the sheet or on one that it carries, None while nothing is graded."""
        carried = self.entries if self.crowd is not None else []
        ranks = [self.sheet.gravest_rank(), *(entry.grade.rank for entry in carried if _counts(entry))]
        return min((rank for rank in ranks if rank is not None), default=None)

    @cached_property
    def noticed(self):
        """What the notices of this round have shown (``noticed.shown``)."""
        return noticed.shown(self.submission)

    def decision_faults(self, step, choices, *, skip=()):
        """Say what is missing from the grades, here and on the sheets carried (``Graded.decision_faults``)."""
        found = [sheet.decision_faults(step, choices, skip=skip, notices=self.noticed) for sheet in self.sheets]
        return {key: fault for faults in found for key, fault in faults.items()}

    def set_grades(self, step, choices, *, skip=(), repeats=False):
        """Record the grades of an adjudication, and return whether they are to be publicised again.

        They are only proposed then: one departs from the last notice, and ``repeats`` says that it may be repeated. ``skip``: keys of
        entries that are not the decider's to grade. Raises ``Incomplete`` with ``decision_faults``. Source: R1-27, R1-28.
        """
        if faults := self.decision_faults(step, choices, skip=skip):
            raise Incomplete(faults)
        shown = self.noticed if repeats else []
        again = bool(shown) and any(sheet.departs(step, choices, shown, skip=skip) for sheet in self.sheets)
        for sheet in self.sheets:
            sheet.set_grades(step, choices, skip=skip, again=again)
        return again

    def of_members(self):
        """``(member, composition, entries)`` of each sheet carried, with what has been decided here."""
        mine = {}
        for entry in self.entries if self.members else ():
            if entry.submission is not None:
                mine.setdefault(entry.submission.pk, []).append(entry)
        for member in self.members:
            member.carrier = self.submission
            own, entries = Composition(member), mine.get(member.pk, [])
            decided = decided_on(own.content, entries, on=member.as_of)
            yield member, Composition(member, own.sheet, kept=own.kept, decided=decided), entries

    def keep_proposed(self):
        """Keep as final what was proposed and no step has decided, also on the sheets carried."""
        return sum(sheet.keep_proposed() for sheet in self.sheets) > 0  # all of them, not only the first

    @cached_property
    def content(self):
        """Everything the paper says, without sign-offs and marks.

        It is the kept document with the decisions made since.
        """
        if self.kept is None:
            return composing.content_of(
                self.submission, self.entries, on=self.submission.as_of, absent=self._absent(self._typed)
            )
        since = _decided_since().of(submission=self.submission.pk, version=self.kept.version)
        content = self.kept.content
        for decided in [*since, self.decided]:
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

    def handed_in(self, *, at, values=None):
        """Compose the document anew, keep it, and return the composition to go on with.

        To be called after the lines were written, before the submission moves. ``values``: what was typed of the sheet as a whole;
        None where nothing was typed, and the reasons of the last document stand.
        """
        sheet, submission = self.sheet, self.submission
        absent = self._absent(lambda: values) if values is not None else self._absent_still()
        composed = composing.content_of(submission, self._shown(), on=clock.local_day(at), absent=absent)
        kept = SheetDocument(
            submission=submission, version=submission.version, content=json.loads(json.dumps(composed)), composed_at=at
        )
        insert_instances([kept])
        return Composition(submission, sheet, kept=kept, crowd=self.crowd)

    def _absent(self, typed):
        return self.sheet.crew.absent(typed()) if self.sheet.crew is not None else []

    def _typed(self):
        draft = Draft.objects.filter(submission=self.submission.pk).first()
        return draft.content.get("values", {}) if draft else {}

    def _absent_still(self):
        """Who is missing today, with the reasons that the document before this one gave."""
        if self.sheet.crew is None:
            return []
        said = {(row["person"], row["post"]): row["reason"] for row in self.content.get("absent", [])}
        absent = self.sheet.crew.absent({}) + self.sheet.crew.gone()
        return [{**row, "reason": row["reason"] or said.get((row["person"], row["post"]), LATER)} for row in absent]

    def graded(self):
        """Return the composition to go on with after grades were written: its document says what was decided."""
        again = Composition(self.submission, self.sheet, kept=self.kept, crowd=self.crowd)
        again.decided = decided_on(self.content, again.entries, on=self.submission.as_of)
        return again

    def document(self, *, filed=False):
        """The content with the sign-offs, marks and code of this moment.

        ``filed``: as it is when the sheet is filed.
        """
        signoffs = signoffs_of(self.submission)
        return {
            **self.content,
            # Who acted stands in some headers too (R3-22: 审核人); it is no part of what they put their names to.
            "fields": self.content["fields"]
            | {f"by.{step}": act["name"] for step, act in signoffs.items()}
            | {f"on.{step}": act["at"] for step, act in signoffs.items()},
            "signoffs": signoffs,
            "marks": _marks(self.submission, signoffs, filed=filed or self.submission.state == State.FILED),
            **({"notes": notes} if (notes := _notes(self)) else {}),
            "code": short_code(self.digest),
        }


@cache
def _verdicts():
    lines = SubmissionLine.objects.filter(submission__within=Given("submissions"))
    return Prepared(lines.values_list("entry", "verdict"))


@cache
def _accepted():
    lines = SubmissionLine.objects.filter(submission__within=Given("submissions")).exclude(verdict="accepted")
    return PreparedUpdate(lines.exclude(entry__within=Given("without")), verdict="accepted")


@cache
def _last_kept():
    return Prepared(SheetDocument.objects.filter(submission=Given("submission")).order_by("-version")[:1])


@cache
def _decided_since():
    since = Decision.objects.filter(submission=Given("submission"), seen_version__gte=Given("version"))
    return Prepared(since.exclude(decided={}).order_by("seen_version").values_list("decided", flat=True))


def _crowd(members):
    if not members:
        return None
    crowd, places = sheet_for(members[0]), {member.pk: place for place, member in enumerate(members)}
    lines = _lines_of_many(type(crowd)).of(submissions=[*places])
    crowd.take(sorted(lines, key=lambda line: (places[line.submission_id], line.position, line.pk)))
    return crowd


@cache
def _lines_of_many(kind):
    return Prepared(kind.lines_read(SubmissionLine.objects.filter(submission__within=Given("submissions"))))


def _counts(entry):
    return entry.submission is not None and entry.grade is not None and entry.change != "retire"


def decided_on(content, entries, *, on):
    """Return what differs of the grades in ``entries`` from the rows of ``content``.

    As ``Decision.decided`` keeps it.
    """
    rows, decided = {row[composing.ENTRY]: row for row in content["rows"] if composing.ENTRY in row}, {}
    for entry in entries:
        row, now = rows.get(entry.key), composing.row_of(entry, "", on)
        if row is not None:
            changed = {name: now.get(name) for name in composing.DECIDED if now.get(name) != row.get(name)}
            decided |= {entry.key: changed} if changed else {}
    return decided


def contents_of(submissions):
    """Return submission id → what its paper says now, in as many queries for many sheets as for one.

    It is what ``Composition.content`` gives for sheets that were handed in.
    """
    kept = {
        one.submission_id: one for one in SheetDocument.objects.filter(submission__in=submissions).order_by("version")
    }
    contents = {pk: one.content for pk, one in kept.items()}
    decisions = Decision.objects.filter(submission__in=submissions).exclude(decided={}).order_by("seen_version")
    for pk, version, decided in decisions.values_list("submission", "seen_version", "decided"):
        if version >= kept[pk].version:
            contents[pk] = with_decided(contents[pk], decided)
    return contents


def document(submission):
    """The whole document of a submission, frozen if it has been filed."""
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


def _notes(composition):
    """What stands under a table that other sheets are carried on: who is missing and why, who came or went since."""
    absent, since = composition.content.get("absent", []), changes.of_crew(composition)
    # A reason is typed, often with a full stop of its own.
    named = [f"{row['person']}（{row['post']}）：{row['reason'].rstrip('。')}" for row in absent]
    return [
        *([f"未随本表审核：{'；'.join(named)}。"] if named else []),
        *([f"提交后的人员变动：{'；'.join(since)}。"] if since else []),
    ]


def _marks(submission, signoffs, *, filed):
    """What is true of the paper as a whole: a copy went to the office, its grades are decided (no longer proposed)."""
    decides = any(step.sets == "final_grade" and step.code in signoffs for step in submission.task.route_rules.steps)
    marks = ["copied"] if submission.arrivals.filter(is_copy=True).exists() else []
    return [*marks, DECIDED] if filed or decides else marks
