"""The form of a sheet. Fields and faults come from the sheet, values from the draft."""

import re
import uuid
from dataclasses import replace
from functools import cached_property

from workflows.forms.parts import Entry, Section, clean, input_for
from workflows.models import SubmissionLine
from workflows.sheets.conflicts import merged, only_theirs, theirs_of
from workflows.sheets.drafts import require_room

Change = SubmissionLine.Change
ENTRY = "e-{key}-{field}"
ANSWER = re.compile(r"decline-[0-9]{1,18}")
SEEN = re.compile(r"[0-9]{1,18}(\.[0-9]{1,18}){0,20}")  # keys of versions, as ``Sheet.seen_of`` has them


class SheetForm:
    """The form of one sheet. ``content`` is as kept in the draft, ``faults`` as a sheet reports them.

    ``theirs``: the content that another window has saved meanwhile, None without a conflict.
    """

    def __init__(self, sheet, content=None, faults=None, theirs=None):
        self.sheet = sheet
        self.content = content if content is not None else sheet.content()
        self.faults = faults or {}
        self.theirs = theirs_of(self.content, theirs) if theirs else {}
        self.only_theirs = [self._named(entry) for entry in only_theirs(self.content, theirs)] if theirs else []

    @property
    def sheet_errors(self):
        """Faults of the sheet as a whole that no visible field shows."""
        shown = {item.name for item in self.extra_fields}  # the files' own place shows their fault too; it is far down
        return [text for name, text in self.faults.get("", {}).items() if name not in shown]

    @property
    def asks_files(self):
        """What files the sheet takes, in words, empty where it takes none."""
        rules = self.sheet.task_rules
        return rules.attachment_label if rules.attachments != "none" else ""

    @property
    def needs_files(self):
        return self.sheet.task_rules.attachments == "required"

    @property
    def file_error(self):
        return self.faults.get("", {}).get("files", "")

    @property
    def error_count(self):
        return sum(len(fields) for fields in self.faults.values())

    @property
    def extra_fields(self):
        """Inputs of the sheet as a whole: a work plan, a written report."""
        faults, values = self.faults.get("", {}), self.content["values"]
        return [input_for(asked, values, faults, theirs=self.theirs.get("")) for asked in self.sheet.sheet_fields()]

    def sections(self):
        """The form's sections in order, each with its entries."""
        if not self.sheet.has_entries:
            return []
        recorded = self.sheet.recorded
        sections = {
            heading.code: Section(heading.code, heading.label, heading.help, heading.examples)
            for heading in self.sheet.headings()
        }
        for number, entry in enumerate(self.content["entries"], start=1):
            code = self.sheet.heading_of(entry["values"])
            section = sections.setdefault(code, Section(code, code))
            section.entries.append(self._entry(entry, number, self._lines.get(entry["key"]), recorded))
        return list(sections.values())

    @cached_property
    def _lines(self):
        """Entry key → its line as it was handed in last."""
        return {str(line.entry): line for line in self.sheet.submission.lines.all()}

    @cached_property
    def _overtaken(self):
        return self.sheet.overtaken(self.content)

    @cached_property
    def _hints(self):
        return self.sheet.hints(self.content)

    def typed(self):
        """Yield ``(place in words, text)`` for every text that is typed in the form."""
        labels = {}
        reason = [self.sheet.choice_reason] if self.sheet.choice_reason is not None else []
        for asked in [*self.sheet.entry_fields(explains=True), *self.sheet.sheet_fields(), *reason]:
            labels |= {part.name: part.caption for part in (asked, *asked.details)}
        for name, value in self.content["values"].items():
            yield labels.get(name, "本表"), value
        for number, entry in enumerate(self.content["entries"], start=1):
            for name, value in entry["values"].items():
                if name in labels:
                    yield f"第{number}项“{labels[name]}”", value

    def new_entry(self, section, key):
        """An empty entry just added, for the fragment that htmx appends."""
        entry = {"key": key, "base": None, "change": Change.ADD, "values": self.sheet.added_to(section)}
        return self._entry(entry, 0, None, {})

    def _entry(self, entry, number, line, recorded):
        record, faults = recorded.get(entry["key"]), self.faults.get(entry["key"], {})
        # A reason once given stays with its entry: without its field it would be lost when something else is redone.
        explained = line is not None and (line.verdict == "returned" or bool(line.reason))
        explains = explained and not (
            entry["base"] and self.sheet.offers_choice
        )  # whose choice has a reason of its own
        built = Entry(
            entry["key"],
            number,
            entry["change"],
            [self._input(asked, entry, faults) for asked in self.sheet.entry_fields(explains=explains)],
            line=line,
            errors=faults,
            may_remove=self.sheet.may_add and (record is None or self.sheet.takes),
            category=self.sheet.heading_of(entry["values"]),
            overtaken=self._overtaken.get(entry["key"]),
            seen=self.sheet.seen_of(record) if record is not None else entry.get("seen", entry["base"] or ""),
        )
        if record is not None:
            self._show_record(built, record, entry, faults, explained=explained)
        if self.sheet.proposes:
            proposal = self.sheet.typed_proposal(entry)
            built.wants_proposal, built.proposal = True, proposal if proposal.grade else None
        return built

    def _show_record(self, built, record, entry, faults, *, explained):
        described = self.sheet.described(record)
        built.heading, built.recorded, built.grade = described.heading, described.values, described.grade
        if (choice := self.sheet.choice(entry)) is not None:
            built.choice = self._input(choice, {**entry, "values": {"change": entry["change"]}}, faults)
            if self.sheet.choice_reason is not None:
                reason = self.sheet.choice_reason
                asked = replace(reason, label=f"{reason.label}，或退回后不改的说明") if explained else reason
                built.fields.append(self._input(asked, entry, faults))

    def _input(self, asked, entry, faults):
        prefix, hints = ENTRY.format(key=entry["key"], field=""), self._hints.get(entry["key"])
        return input_for(
            asked, entry["values"], faults, prefix=prefix, hints=hints, theirs=self.theirs.get(entry["key"])
        )

    def _named(self, entry):
        """An entry of the other window as ``(key, its texts)``."""
        words = {asked.name: dict(asked.options) for asked in self.sheet.entry_fields()}
        texts = [
            words[name].get(text, text) for name, text in entry["values"].items() if name in words and text.strip()
        ]
        return entry["key"], "；".join(texts) or "（尚未填写）"

    @property
    def takable(self):
        """What can be taken from the register, where entries are chosen: ``[(key, words)]``."""
        return self.sheet.takable(self.content) if self.sheet.takes else []

    @property
    def step_posts(self):
        """The names of posts that the steps of a power may name. Empty where no steps are asked for."""
        asks = any(asked.kind == "steps" for asked in self.sheet.entry_fields())
        return self.sheet.step_posts if asks else []

    @property
    def colleagues(self):
        """Whom a field may name, for the list that its input offers. Empty where nobody is asked for."""
        parts = [part for asked in self.sheet.entry_fields() for part in (asked, *asked.details)]
        return self.sheet.colleagues if any(part.kind == "person" for part in parts) else []


def read(sheet, data):
    """What was typed, as draft content, in the fields that the sheet has.

    ``data`` is a QueryDict. Entries come in the order of the hidden ``entry`` inputs. Unknown keys and names are ignored, and
    what is on record is never taken from the page. ``answers``: reasons for declining suggestions that are not sent yet. A form
    without any ``entry`` says nothing of entries, and they stay; the page of a sheet without entries says so with an empty one.
    Raises ``Refused`` where there are more entries than a sheet may have, before anything else is looked at.
    """
    values = {name: clean(data.get(name)) for name in sheet.sheet_names if name in data}
    answers = {name: clean(data[name]) for name in data if ANSWER.fullmatch(name) and data[name].strip()}
    whole = {"values": values} | ({"answers": answers} if answers else {})
    if "entry" not in data:
        return {"entries": sheet.content()["entries"], **whole}
    keys = [key for key in dict.fromkeys(data.getlist("entry")) if _is_key(key)]
    require_room(len(keys), offered=len(sheet.recorded))
    recorded, entries = sheet.recorded, []
    with_rows = [asked for asked in sheet.entry_fields() if asked.kind == "steps"]
    for key in keys:
        prefix = ENTRY.format(key=key, field="")
        typed = {name: clean(data.get(f"{prefix}{name}")) for name in sheet.entry_names if f"{prefix}{name}" in data}
        rows = {asked.name: asked.posted(data, f"{prefix}{asked.name}") for asked in with_rows}
        typed |= {name: text for name, text in rows.items() if text is not None}
        record = recorded.get(key)
        seen = {"seen": data[f"{prefix}seen"]} if SEEN.fullmatch(data.get(f"{prefix}seen", "")) else {}
        if record is None:
            # Retired by another sheet since: it stays what it was, and is no new one.
            base = int(seen["seen"].partition(".")[0]) if seen else None
            change = Change.REVISE if base else Change.ADD
        else:
            chosen = clean(data.get(f"{prefix}change", ""))
            base, change = record.pk, chosen if sheet.offers_choice else Change.REVISE
            typed |= sheet.fixed_values(record)
        entries.append({"key": key, "base": base, "change": change, "values": typed, **seen})
    return {"entries": entries, **whole}


def chosen(data, content, theirs):
    """Return ``content`` with what was chosen of another window's on the page that showed both."""
    taken = {(name[2:38], name[39:]) if name.startswith("e-") else ("", name) for name in data.getlist("theirs")}
    return merged(content, theirs, taken=taken, kept=set(data.getlist("keep")))


def _is_key(text):
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False
