"""Papers of a body's meeting: the compiled list of what is on its agenda (汇总), and its minutes (会议纪要).

The rows of a sheet are those of its kept document; beside them stands what they change in the register.
"""

from functools import cache

from django.db.models import Prefetch, Q

from registers.differences import differences, fields_of
from registers.models import User
from registers.papers.compose import document_for, source
from registers.prepared import Given, Prepared
from registers.text import digest_of
from workflows import policies
from workflows.models import Decision, MeetingBallot, MeetingItem, SheetDocument, Submission, SubmissionLine
from workflows.models.submissions import short_code
from workflows.policies import quorums
from workflows.sheets.composing import ENTRY
from workflows.sheets.documents import with_decided
from workflows.sheets.shown import SHOWN_APART, Change

Outcome = MeetingItem.Outcome
GRADING = {*SHOWN_APART, "grade", "holder"} - {"category"}
RECORDS = ("risk_point", "post_grade", "measure", "power_item")
RELATED = (
    *RECORDS,
    "risk_point__category",
    "risk_point__post",
    "risk_point__holder",
    "risk_point__base__category",
    "risk_point__base__post",
    "risk_point__base__final_grade",
    "post_grade__post",
    "post_grade__base__final_grade",
    "measure__base",
    "power_item__base",
)
NOUNS = {Outcome.OPEN: "未作结论"}


class Protocol:
    """All there is to say of one meeting, read once: members, items, ballots, and the rows of its sheets.

    ``items``: those that the reader may read, each with its ``tally`` and ``called`` (its name in words). ``on``: the day whose roles
    say who keeps out: today's until the minutes are signed.
    """

    def __init__(self, meeting, items, *, on):
        self.meeting, self.rules = meeting, meeting.rules
        sheets = Submission.objects.with_rules().select_related("task", "unit", "person", "post")
        self.items = list(items.prefetch_related("ballots__member", Prefetch("submission", sheets)))
        self.seats = list(meeting.seats.select_related("user"))
        self.names = {seat.user_id: seat.user.name for seat in self.seats}
        ballots = MeetingBallot.objects.filter(item__meeting=meeting).only("member_id")
        self.attendance = quorums.attendance_of(meeting, self.seats, ballots if meeting.circulates else ())
        holding = policies.Holding(on)
        for item in self.items:
            item.tally = quorums.tally_of(meeting, item, self.attendance, holding, item.ballots.all())
            item.called = called(item)
            item.said, item.out = self.outcome_words(item), self.named(item.tally.avoiding)
            item.opinions = "\n".join(filter(None, [item.words, *self._ballots(item)]))

    # -- words -----------------------------------------------------------------------------------------
    def named(self, people):
        return "、".join(self.names[user] for user in people)

    @property
    def figures(self):
        """应到、实到、请假、缺席 in words, with the names of those who were not there."""
        found = self.attendance
        parts = [f"应到{len(found.members)}人，实到{len(found.present)}人"]
        for word, people in (("请假", found.excused), ("缺席", found.absent)):
            if people:
                parts.append(f"{word}{len(people)}人（{self.named(people)}）")
        if found.unknown:
            parts.append(f"{'未表决' if self.meeting.circulates else '未登记'}{len(found.unknown)}人")
        return "，".join(parts)

    @property
    def quorum_words(self):
        """Whether enough are there, in words."""
        needed = self.rules.needed_present(len(self.attendance.members))
        reached = "符合" if self.attendance.enough(self.rules) else "不符合"
        return f"应有{needed}人以上到会，{reached}规定人数"

    @staticmethod
    def votes_words(item):
        """赞成、反对、弃权、回避 of an item in words."""
        tally = item.tally
        return f"赞成{tally.in_favour}，反对{tally.against}，弃权{tally.abstained}"

    def outcome_words(self, item):
        """What was decided on an item, in words."""
        if self.meeting.circulates and item.outcome == Outcome.OPEN:
            return f"已表决{len(item.tally.voters)}人，同意{item.tally.in_favour}人，须{item.tally.needed}人同意"
        if item.outcome == Outcome.RETURN:
            day = item.redo_on
            return f"退回，限{day.year}年{day.month}月{day.day}日前重新提交"
        return NOUNS.get(item.outcome) or item.get_outcome_display()

    # -- rows ------------------------------------------------------------------------------------------
    def agenda_rows(self):
        """One row for each row of every sheet on the agenda, with what it changes in the register."""
        sheets = {item.submission_id: item for item in self.items if item.submission_id}
        contents, changed, rows = _contents(sheets), _changes(sheets), []
        for item in self.items:
            if item.submission_id is None:
                rows.append({"item": str(item.position), "task": item.title, "decided": self.outcome_words(item)})
                continue
            content = contents.get(item.submission_id, {"rows": [], "retired": []})
            for place, row in enumerate([*content["rows"], *content["retired"]], start=1):
                rows.append(self._row(item, place, row, changed))
        return rows

    def _row(self, item, place, row, changed):
        key, submission = row.get(ENTRY, ""), item.submission
        code, reason = item.grades.get(key, ("", ""))
        decided = self.outcome_words(item)
        if item.outcome == Outcome.AGREE and code:
            labels = {grade.code: grade.label for grade in _rules_of(submission).grades}
            decided = f"评定为{labels.get(code, code)}"
        if key in item.returned:
            decided = f"退回：{item.returned[key]}"
        holder = (
            submission.person.name if submission.person_id else row.get("responsible_person") or row.get("holder", "")
        )
        post = row.get("post") or row.get("involved_posts", "")
        return {
            "item": str(item.position),
            "place": place,
            "unit": submission.unit.name,
            "task": submission.task.label,
            "post": "\n".join(filter(None, [post, holder])),
            "category": "" if row.get("category") == post else row.get("category", ""),
            "content": row.get("content_and_manifestation")
            or row.get("content")
            or row.get("name")
            or ("岗位风险等级" if post else ""),  # a row that grades a post as a whole
            "change": changed.get(key) or (row.get("change", "") if key else "已登记，列入"),
            "grade": row.get("proposed_grade") or row.get("self_grade") or row.get("grade", ""),
            "decided": decided,
            "reason": reason,
        }

    def item_rows(self):
        """One row for each item: what it is, what was decided, with how many votes, who kept out."""
        return [
            {
                "item": item.called,
                "outcome": self.outcome_words(item),
                "votes": self.votes_words(item) if item.outcome in (Outcome.AGREE, Outcome.RETURN) else "",
                "avoiding": self.named(item.tally.avoiding),
                "words": "\n".join(filter(None, [item.words, *self._particulars(item)])),
            }
            for item in self.items
        ]

    def _particulars(self, item):
        """What was said of single rows, and what the members typed in their own ballots."""
        yield from (text for text in item.returned.values())
        yield from self._ballots(item)

    @staticmethod
    def _ballots(item):
        for ballot in item.ballots.all():
            if ballot.words:
                yield f"{ballot.member.name}（{ballot.get_vote_display()}）：{ballot.words}"

    # -- documents -------------------------------------------------------------------------------------
    @property
    def fields(self):
        """The header of both papers."""
        meeting = self.meeting
        return {
            "body": meeting.body_label,
            "number": meeting.number,
            "form": meeting.get_form_display(),
            "held_on": meeting.held_on.isoformat(),
            "held_at": f"{meeting.held_at:%H:%M}" if meeting.held_at else "",
            "place": meeting.place,
            "chair": meeting.chair.name,
            "recorder": meeting.recorder.name,
            "figures": self.figures,
            "present": self.named(self.attendance.present),
            "quorum": self.quorum_words,
            "rule": f"{self.rules.rule}。",
        }

    def minutes(self):
        """What the chair signs: who was there, and every item with its outcome, down to the grade of each row."""
        grades = [
            [item.position, item.submission_id, item.seen_version, item.outcome, item.grades, item.returned]
            for item in self.items
        ]
        return {"fields": self.fields, "rows": self.item_rows(), "agenda": self.agenda_rows(), "decided": grades}


def called(item):
    """Return what an item is called: its title, or its sheet's task and subject."""
    return item.title or f"{item.submission.task.label}（{item.submission.subject}）"


def digest_of_minutes(minutes):
    """Return the digest that the chair signs."""
    return digest_of(minutes)


def _contents(sheets):
    """Sheet → its kept document with the decisions made since, in two queries."""
    found = {}
    for kept in SheetDocument.objects.filter(submission__in=sheets).order_by("submission", "version"):
        found[kept.submission_id] = kept
    contents = {pk: kept.content for pk, kept in found.items()}
    decisions = (
        Decision.objects.filter(submission__in=sheets).exclude(decided={}).order_by("submission", "seen_version")
    )
    for pk, version, decided in decisions.values_list("submission", "seen_version", "decided"):
        if pk in found and version >= found[pk].version and version < sheets[pk].seen_version:
            contents[pk] = with_decided(contents[pk], decided)
    return contents


def _rules_of(submission):
    """The sheet's own: a change at any time may follow another version of the scheme than the meeting."""
    return submission.task.campaign.scheme.rules


def _changes(sheets):
    """Entry → what its lines change in the register, in words. One query."""
    found = {}
    for line in _lines().of(sheets=list(sheets)):
        item = sheets.get(line.submission_id) or sheets[line.submission.carrier_id]
        words = _change(line, _rules_of(item.submission))
        earlier = found.get(str(line.entry))
        found[str(line.entry)] = f"{earlier}；{words}" if earlier and words not in earlier else words
    return found


@cache
def _lines():
    # The rows of sheets carried are decided with theirs.
    among = Q(submission__within=Given("sheets")) | Q(submission__carrier__within=Given("sheets"))
    rows = SubmissionLine.objects.filter(among).select_related("submission", *RELATED)
    return Prepared(rows.order_by("submission", "position", "pk"))


def _change(line, rules):
    label = Change(line.change).label
    if line.change == Change.RETIRE:
        return f"{label}：{line.reason}" if line.reason else label
    if line.change != Change.REVISE or line.record.base is None:
        return label
    base, record = line.record.base, line.record
    names = [name for name in fields_of(type(record)) if name not in GRADING]
    said = [
        f"{thing.label}由“{thing.before or '无'}”改为“{thing.after or '无'}”"
        for thing in differences(base, record, rules=rules, only=names)
    ]
    before = getattr(base, "final_grade", None)
    graded = f"原等级{before.label}" if before else ""
    return "；".join(filter(None, [label, *said, graded])) if said else f"内容不变，{graded or '评定等级'}"


HEADER = (
    "body",
    "number",
    "form",
    "held_on",
    "held_at",
    "place",
    "chair",
    "recorder",
    "figures",
    "present",
    "quorum",
    "rule",
)


@source(
    "meeting_agenda",
    about="meeting",
    rows=(
        "item",
        "place",
        "unit",
        "task",
        "post",
        "category",
        "content",
        "change",
        "grade",
        "decided",
        "reason",
    ),
    fields=HEADER,
)
def meeting_agenda(*, protocol):
    """会议议题汇总表: all rows of all sheets on the agenda with what they change. Source: R4-27."""
    return {"rows": protocol.agenda_rows(), "fields": protocol.fields}


@source("meeting_minutes", about="meeting", rows=("item", "outcome", "votes", "avoiding", "words"), fields=HEADER)
def meeting_minutes(*, protocol):
    """会议纪要: who was there and what was decided, as it was signed where it has been.

    Source: R1-28, R3-24, R4-27.
    """
    meeting = protocol.meeting
    if meeting.signed_at is None:
        return {"rows": protocol.item_rows(), "fields": protocol.fields}
    # A reader who may not read a sheet reads the minutes without its item.
    readable = {item.called for item in protocol.items}
    rows = [row for row in meeting.minutes["rows"] if row["item"] in readable]
    return {"rows": rows, "fields": meeting.minutes["fields"], "code": short_code(meeting.digest)}


def about_meeting(layout, protocol):
    """Return the document of a paper about one meeting.

    ``protocol``: with the items that the reader may read.
    """
    campaign = protocol.meeting.campaign
    return {
        **document_for(layout.compiled, protocol=protocol),
        "year": campaign.year,
        "institution": campaign.scheme.rules.identity.institution,
    }


def protocol_of(meeting, *, on, items=None):
    """Read the ``Protocol`` of a meeting. ``items``: those that a reader may read, else all."""
    return Protocol(meeting, meeting.items.all() if items is None else items.filter(meeting=meeting), on=on)


def users_of(meeting):
    """Return the members of a meeting as users, to choose from."""
    return User.objects.filter(pk__in=meeting.seats.values("user"))
