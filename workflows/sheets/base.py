"""What all kinds of sheets share.

What a sheet asks for, what is wrong with what was typed, the lines it becomes, and what is shown of these.
"""

import uuid
from functools import cached_property

from registers.differences import CODED, differences, fields_of, words_of
from registers.models import MajorMatter, Post
from workflows.sheets.carrying import Crew
from workflows.sheets.choosing import LONGEST_REASON, Choosing
from workflows.sheets.fields import Field, Heading, faults_of, names_of
from workflows.sheets.overlaps import of_typed
from workflows.sheets.shown import SHOWN_APART, Change, lines_of
from workflows.sheets.writing import Writing

WHY = Field("reason", "说明（不改时须写明理由）", limit=LONGEST_REASON, whole_row=True)  # of an entry that was returned
OUTDATED = "该项已由另一张表修改或撤销，请对照现行内容核对后再提交。"


class Sheet(Choosing, Writing):
    """A submission's sheet. Subclasses say what an entry is and what it asks for."""

    model = None  # of the records that its entries are about
    has_entries = True
    may_add = False
    proposes = False  # the grading rule proposes a grade for each entry
    colleagues = ()  # whom a field of the kind person offers
    nothing = "本类暂无内容；确无风险可不填"  # said of a section without entries
    takes = False  # entries on record are chosen one by one instead of being offered all at once

    def __init__(self, submission):
        self.submission = submission
        self.task = submission.task
        self.scheme = submission.task.campaign.scheme
        self.rules = self.scheme.rules
        self.task_rules = submission.task.rules
        self._lines = None

    # -- asking ---------------------------------------------------------------------------------
    def headings(self):
        """The sections of the form in their order."""
        return [Heading("", self.task.label)]

    def heading_of(self, values):
        """The code of the section that an entry with these values belongs to."""
        return ""

    def entry_fields(self, *, explains=False):
        """The fields of an entry. ``explains``: with room to say why what was returned stays as it is."""
        return []

    def sheet_fields(self):
        """The fields of the sheet as a whole, and those that ask why a sheet which it should carry is missing."""
        return [self.asked(ask) for ask in self.task_rules.report] + (self.crew.fields() if self.crew else [])

    @cached_property
    def crew(self):
        """The personal sheets that this one takes along, None where it takes none."""
        return Crew(self.submission) if self.task_rules.carries else None

    @cached_property
    def entry_names(self):
        """The names that an entry of a draft may hold."""
        fields = self.entry_fields(explains=True)
        asks_why = self.offers_choice and self.choice_reason is not None
        return list(dict.fromkeys(names_of([*fields, self.choice_reason] if asks_why else fields)))

    @property
    def sheet_names(self):
        """The names that a draft may hold of the sheet as a whole."""
        return names_of(self.sheet_fields())

    def asked(self, ask):
        """The field for what the task of the scheme asks."""
        options = tuple(self.options(ask.field))
        kind = ("radio" if len(options) <= 4 else "select") if options else ("textarea" if ask.lines > 1 else "text")
        return Field(
            ask.field,
            ask.label,
            kind,
            options,
            ask.required,
            limit=None if options else ask.max_length,
            help=ask.help,
            example=ask.example,
            rows=ask.lines,
            whole_row=ask.lines > 4,
            inline=True,
        )

    def hints(self, content):
        """What helps with what was typed: entry key → field name → words."""
        return {}

    # -- on record ------------------------------------------------------------------------------
    def on_record(self):
        """The records in force that the sheet is about."""
        return []

    @cached_property
    def recorded(self):
        """Entry key → record in force."""
        return {str(record.series): record for record in self.on_record()}

    def base_of(self, entry):
        """The record in force that an entry starts from, None for a new one."""
        record = self.recorded.get(entry["key"])
        return record if record is not None and record.pk == entry["base"] else None

    def seen_of(self, record):
        """Which versions an entry on record starts from, as a form hands it back."""
        return str(record.pk or 0)

    def is_outdated(self, entry):
        """Whether an entry was typed upon a version that another sheet has replaced or retired since."""
        record = self.recorded.get(entry["key"])
        if record is None:
            return bool(entry["base"])
        return entry["seen"] != self.seen_of(record) if "seen" in entry else entry["base"] != record.pk

    def overtaken(self, content):
        """Entry key → what another sheet has changed since an entry was typed (``overlaps.Overtaken``)."""
        return of_typed(self, content)

    def described(self, record):
        """What is on record, in words (``Described``)."""
        raise NotImplementedError(type(self).__name__)

    # -- typing ---------------------------------------------------------------------------------
    def content(self):
        """What the form starts from: the draft, else what the register offers."""
        draft = getattr(self.submission, "draft", None)
        if not draft or not draft.content:
            return {"entries": self.offered(), "values": {}}
        if self.may_add or not self.has_entries:
            return draft.content
        # The register says which entries there are; one that came or went since must not block the sheet for good.
        typed = {entry["key"]: entry for entry in draft.content["entries"]}
        return {**draft.content, "entries": [_typed_over(entry, typed.get(entry["key"])) for entry in self.offered()]}

    def offered(self):
        """Entries the register offers on an untouched sheet."""
        return []

    def new_entry(self, values=None):
        """An entry that is added, with these values."""
        return {"key": str(uuid.uuid4()), "base": None, "change": Change.ADD, "values": values or {}}

    def added_to(self, heading):
        """The values of an entry that is added to the section with this code."""
        return {}

    def faults(self, content):
        """Everything that keeps ``content`` from being submitted: entry key → field → sentence."""
        faults = {}
        for entry in content["entries"]:
            wrong = {"": OUTDATED} if self.is_outdated(entry) else self.entry_faults(entry) | self._reason_faults(entry)
            if wrong:
                faults[entry["key"]] = wrong
        typed = faults_of(self.sheet_fields(), content["values"])
        if wrong := self.sheet_faults(content) | typed | self.file_faults():
            faults[""] = wrong
        return faults

    def _reason_faults(self, entry):
        """What is wrong with the length of a reason. It is kept with every change, whatever else the entry asks."""
        chosen = self.choice_reason if self.offers_choice and entry["base"] else WHY
        return faults_of([chosen] if chosen is not None else [], entry["values"])

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

    def fixed_values(self, record):
        """What a form may not change of an entry on record."""
        return {}

    @cached_property
    def asked_fields(self):
        """The fields for what the task of the scheme asks of each entry."""
        return [self.asked(ask) for ask in self.task_rules.asks]

    def options(self, field_name):
        """What there is to choose from: ``[(code, label)]``, empty where any text will do."""
        if field_name in CODED:
            return [(item.code, item.label) for item in getattr(self.rules, CODED[field_name])]
        if field_name == "major_matter":
            return MajorMatter.choices
        return self.posts if field_name in ("post", "accountable_post") else []

    @cached_property
    def posts(self):
        """The unit's posts: ``[(code, name)]``."""
        posts = Post.objects.existing(self.submission.as_of).filter(unit=self.submission.unit_id)
        return list(posts.values_list("code", "name"))

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
            self._lines = lines_of(self.submission, type(self))
        return self._lines

    def take(self, lines):
        """Show these lines, read with ``lines_read``, in the place of the submission's own."""
        self._lines = list(lines)

    @classmethod
    def lines_read(cls, lines):
        """The query ``lines`` with what is shown of their records."""
        return lines.select_related(
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
        return [(ask.field, ask.label, words_of(record, ask.field, self.rules)) for ask in asks]

    def compared(self, base, record):
        """The fields of ``base`` and of ``record`` as ``Shown`` takes them.

        They are those asked for and any others that differ. ``base`` None: there is nothing to compare with.
        """
        asks = self.task_rules.asks
        fields = self.labelled(record, asks)
        if base is None:
            return [], fields
        unasked = [
            name for name in fields_of(type(record)) if name not in {ask.field for ask in asks} | set(SHOWN_APART)
        ]
        others = differences(base, record, rules=self.rules, only=unasked)
        before = self.labelled(base, asks) + [(other.field, other.label, other.before) for other in others]
        return before, fields + [(other.field, other.label, other.after) for other in others]

    def keep_proposed(self):
        """Keep as final what was proposed and no step of the route has decided, before the lines take effect.

        Returns whether anything was written.
        """
        return False


def _typed_over(offered, typed):
    """An entry offered from the register with what was typed of it, and upon which versions."""
    if typed is None:
        return offered
    seen = {"seen": typed["seen"]} if "seen" in typed else {"base": typed["base"]}
    return {**offered, **seen, "values": {**offered["values"], **typed["values"]}}
