"""What all kinds of sheets share."""

import uuid
from dataclasses import dataclass, field
from functools import cached_property

from registers.models import ControlMeasure, MajorMatter, Post, PostGrade, PowerItem, RiskPoint
from registers.refusals import Refused
from registers.text import digest_of
from workflows.models import SubmissionLine

Change = SubmissionLine.Change
RECORDS = {RiskPoint: "risk_point", PowerItem: "power_item", ControlMeasure: "measure", PostGrade: "post_grade"}
CODED = {"finding_source": "finding_sources", "nature": "natures", "domain": "domains"}  # field → list of the scheme


class Incomplete(Refused):
    """The sheet cannot be submitted yet; ``faults`` maps entry key (``""`` for the sheet) to field → sentence."""

    def __init__(self, faults):
        self.faults = faults
        super().__init__("；".join(text for fields in faults.values() for text in fields.values()))


@dataclass
class Shown:
    """One entry as reviewers and papers see it. ``fields``: (code, label, value); ``before`` likewise, last in force."""

    key: str
    number: int
    change: str
    fields: list
    before: list = field(default_factory=list)
    heading: str = ""
    lines: list = field(default_factory=list)
    grade: object = None
    details: dict = field(default_factory=dict)

    @property
    def change_label(self):
        return Change(self.change).label

    @property
    def verdict(self):
        verdicts = {line.verdict for line in self.lines}
        if "returned" in verdicts:
            return "returned"
        return "accepted" if verdicts == {"accepted"} else ""

    @property
    def comment(self):
        return next((line.comment for line in self.lines if line.comment), "")

    @property
    def returned_at(self):
        return next((line.returned_at for line in self.lines if line.returned_at), None)

    @property
    def rounds_returned(self):
        return max((line.rounds_returned for line in self.lines), default=0)

    @property
    def reason(self):
        return next((line.reason for line in self.lines if line.reason), "")

    @property
    def fingerprint(self):
        return digest_of([line.fingerprint for line in self.lines])


class Sheet:
    """A submission's sheet. Subclasses say what an entry is."""

    has_entries = True
    may_add = False
    offers_choice = False  # each entry offered from the register asks for one of ``choices_offered``
    choices_offered = ((Change.KEEP, "沿用"), (Change.REVISE, "修改"), (Change.RETIRE, "撤销"))
    choice_label = ""  # the question; empty: what the task's kind asks
    reason_label = "撤销理由（撤销时必填）"
    needs_reason = Change.RETIRE

    def __init__(self, submission):
        self.submission = submission
        self.task = submission.task
        self.scheme = submission.task.campaign.scheme
        self.rules = self.scheme.rules
        self.task_rules = submission.task.rules
        self._lines = None

    # -- typing ---------------------------------------------------------------------------------
    def content(self):
        """What the form starts from: the draft, else what the register offers."""
        draft = getattr(self.submission, "draft", None)
        if not draft or not draft.content:
            return {"entries": self.offered(), "values": {}}
        if self.may_add or not self.has_entries:
            return draft.content
        # The register says which entries there are; one that came or went since must not block the sheet for good.
        typed = {entry["key"]: entry["values"] for entry in draft.content["entries"]}
        entries = [{**entry, "values": {**entry["values"], **typed.get(entry["key"], {})}} for entry in self.offered()]
        return {**draft.content, "entries": entries}

    def offered(self):
        """Entries the register offers on an untouched sheet."""
        return []

    def new_entry(self, values=None):
        return {"key": str(uuid.uuid4()), "base": None, "change": Change.ADD, "values": values or {}}

    def faults(self, content):
        """Everything that keeps ``content`` from being submitted: entry key → field → sentence."""
        faults = {}
        for entry in content["entries"]:
            if wrong := self.entry_faults(entry):
                faults[entry["key"]] = wrong
        report = self.asks_faults({"values": content["values"]}, self.task_rules.report)
        if wrong := self.sheet_faults(content) | report | self.file_faults():
            faults[""] = wrong
        return faults

    def file_faults(self):
        """The file that the task asks for and that is not there yet."""
        if self.task_rules.attachments == "required" and not self.submission.attachments.exists():
            return {"files": f"请上传附件：{self.task_rules.attachment_label}。"}
        return {}

    def entry_faults(self, entry):
        return {}

    def sheet_faults(self, content):
        return {}

    @cached_property
    def _offered_values(self):
        return {entry["key"]: entry["values"] for entry in self.offered()}

    def choice_faults(self, entry):
        """What is wrong with the choice made (keep, revise, retire …); None where what was typed is to be looked at."""
        change, labels = entry["change"], dict(self.choices_offered)
        if not entry["base"]:
            return None
        if change not in labels:
            return {"change": f"请选择{'、'.join(list(labels.values())[:-1])}或{list(labels.values())[-1]}。"}
        if change == self.needs_reason:
            return {} if entry["values"].get("reason", "").strip() else {"reason": f"请写明{labels[change]}的理由。"}
        if change != Change.REVISE:
            return {}
        recorded, typed = self._offered_values.get(entry["key"], {}), entry["values"]
        if all(typed.get(name, "").strip() == str(value).strip() for name, value in recorded.items()):
            return {"change": f"内容与现行登记相同：不改请选“{self.choices_offered[0][1]}”，要改请修改内容。"}
        return None

    def fixed_values(self, record):
        """What a form may not change of an entry on record."""
        return {}

    def asks_faults(self, entry, asks):
        """Required fields left empty and texts too long."""
        wrong = {}
        for ask in asks:
            value = entry["values"].get(ask.field, "").strip()
            if ask.required and not value:
                wrong[ask.field] = f"请填写“{ask.label}”。"
            elif len(value) > ask.max_length:
                wrong[ask.field] = f"“{ask.label}”最多 {ask.max_length} 字，现有 {len(value)} 字。"
            elif value and (choices := self.choices(ask.field)) and value not in choices:
                wrong[ask.field] = f"“{ask.label}”的选项不在方案之内，请重新选择。"
        return wrong

    def choices(self, field_name):
        """The codes a coded field may hold; empty where any text will do."""
        return {code for code, _ in self.options(field_name)}

    def options(self, field_name):
        """What there is to choose from: ``[(code, label)]``; empty where any text will do."""
        if field_name in CODED:
            return [(item.code, item.label) for item in getattr(self.rules, CODED[field_name])]
        if field_name == "major_matter":
            return MajorMatter.choices
        return self.posts if field_name in ("post", "accountable_post") else []

    @cached_property
    def posts(self):
        """The unit's posts: ``[(code, name)]``."""
        return list(Post.objects.filter(unit=self.submission.unit_id, closed_on=None).values_list("code", "name"))

    # -- submitting -----------------------------------------------------------------------------
    def write(self, content):
        """Turn ``content`` into lines; lines that did not change keep their verdict. Raises ``Incomplete``."""
        if faults := self.faults(content):
            raise Incomplete(faults)
        existing = {}
        for line in self.submission.lines.select_related(*RECORDS.values()):
            existing.setdefault(str(line.entry), []).append(line)
        faults, kept = {}, set()
        for position, entry in enumerate(content["entries"], start=1):
            old = existing.get(entry["key"], [])
            values = self.fingerprinted(entry)
            fingerprint = digest_of({"change": entry["change"], "base": entry["base"], "values": values})
            if old and old[0].fingerprint == fingerprint:
                if any(line.verdict == "returned" for line in old):
                    faults[entry["key"]] = {"": "该行已被退回：请按意见修改，或在“说明”中写明不改的理由。"}
                kept.add(entry["key"])
                self.submission.lines.filter(entry=entry["key"]).exclude(position=position).update(position=position)
                continue
            self._replace(entry, old, position, fingerprint)
            kept.add(entry["key"])
        if faults:
            raise Incomplete(faults)
        for key, lines in existing.items():
            if key not in kept:
                self._discard(lines)
        self._lines = None
        if self.task_rules.report:
            self.keep_narrative(content)

    def fingerprinted(self, entry):
        """The values of an entry that make it what it is."""
        return entry["values"]

    def keep_narrative(self, content):
        """Keep the text that belongs to the sheet as a whole."""
        self.submission.narrative = content["values"].get("narrative", "").strip()
        self.submission.save(update_fields=["narrative"])

    def _replace(self, entry, old, position, fingerprint):
        remembered = {
            name: getattr(old[0], name) if old else default
            for name, default in (("comment", ""), ("returned_at", None), ("rounds_returned", 0))
        }
        self._discard(old)
        for record, change in self.records(entry):
            if record.pk is None:
                record.save()
                self.after_save(record, entry)
            self.submission.lines.create(
                entry=entry["key"],
                position=position,
                change=change,
                fingerprint=fingerprint,
                reason=entry["values"].get("reason", ""),
                **{RECORDS[type(record)]: record},
                **remembered,
            )

    def _discard(self, lines):
        """Drop lines together with their proposals; what is in force stays."""
        for line in lines:
            record = line.record
            line.delete()
            if record.in_force_from is None:
                record.delete()

    def records(self, entry):
        """The proposed record(s) of an entry with their change; an unsaved record is a new proposal."""
        raise NotImplementedError(type(self).__name__)

    def after_save(self, record, entry):
        """What hangs on a freshly saved proposal."""

    # -- showing --------------------------------------------------------------------------------
    def shown(self):
        """The submitted entries as reviewers see them."""
        entries = {}
        for line in self.lines():
            entries.setdefault(str(line.entry), []).append(line)
        return [self.show(key, number, lines) for number, (key, lines) in enumerate(entries.items(), start=1)]

    def lines(self):
        """The submitted lines with their records, read once until they are written."""
        if self._lines is None:
            self._lines = list(self.lines_read())
        return self._lines

    def lines_read(self):
        """The query of the submitted lines, with what is shown of their records."""
        return self.submission.lines.select_related(
            "risk_point__category",
            "risk_point__self_grade",
            "risk_point__proposed_grade",
            "risk_point__final_grade",
            "risk_point__post",
            "risk_point__holder",
            "power_item__accountable_post",
            "measure",
        )

    def show(self, key, number, lines):
        raise NotImplementedError(type(self).__name__)

    # -- ending ---------------------------------------------------------------------------------
    def gravest_rank(self):
        """The gravest grade on the sheet (1 = gravest), None while nothing is graded."""
        return

    def labelled(self, record, asks):
        """``(field, label, value in words)`` of a record for the asked fields."""
        return [(ask.field, ask.label, self.words(ask.field, getattr(record, ask.field, ""))) for ask in asks]

    def words(self, field_name, value):
        """A coded value in the scheme's words."""
        if field_name in CODED:
            return self.rules.label_of(CODED[field_name], value)
        if field_name == "major_matter" and value:
            return MajorMatter(value).label
        return "" if value is None else str(value)

    def settle(self):
        """Settle what no step of the route has decided, before the lines take effect; return whether anything was written."""
        return False
