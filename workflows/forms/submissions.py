"""The sheet as a form: fields from the scheme, values from the draft, faults from the sheet's own rules."""

import uuid
from dataclasses import dataclass, field
from functools import cached_property

from registers.models import GroupMember, PowerItem
from registers.schemes.language import Brings
from workflows.models import SubmissionLine

Change = SubmissionLine.Change
LONGEST = 20_000  # characters of one field in a draft; what a field accepts when it is handed in is far less
ENTRY = "e-{key}-{field}"


@dataclass
class Field:
    """One input as ``components/field.html`` takes it."""

    name: str
    label: str
    kind: str = "text"
    value: str = ""
    options: list = field(default_factory=list)
    required: bool = False
    help: str = ""
    example: str = ""
    error: str = ""
    maxlength: int | None = None
    rows: int = 2
    span2: bool = False
    inline: bool = False

    @property
    def id(self):
        return f"id_{self.name}"


@dataclass
class Entry:
    """One entry of the form: what is on record, what is typed, what the reviewer said."""

    key: str
    number: int
    change: str
    fields: list
    choice: Field | None = None
    recorded: list = field(default_factory=list)
    heading: str = ""
    line: object = None
    errors: dict = field(default_factory=dict)
    may_remove: bool = False
    category: str = ""
    grade: object = None
    proposal: object = None

    @property
    def change_label(self):
        return Change(self.change).label if self.change else ""

    @property
    def error_text(self):
        """The faults that belong to the entry as a whole."""
        return self.errors.get("", "")


@dataclass
class Section:
    """Entries under one heading: a risk category, or the whole sheet."""

    code: str
    label: str
    help: str = ""
    examples: list = field(default_factory=list)
    entries: list = field(default_factory=list)

    @property
    def returned(self):
        """Whether a reviewer sent one of the entries back."""
        return any(entry.line is not None and entry.line.verdict == "returned" for entry in self.entries)


class SheetForm:
    """The form of one sheet. ``content`` as kept in the draft; ``faults`` as a sheet reports them."""

    def __init__(self, sheet, content=None, faults=None):
        self.sheet = sheet
        self.content = content if content is not None else sheet.content()
        self.faults = faults or {}
        self.brings = Brings(sheet.task.brings)

    @property
    def sheet_errors(self):
        """Faults of the sheet as a whole that no visible field shows."""
        shown = {item.name for item in self.extra_fields}
        return [text for name, text in self.faults.get("", {}).items() if name not in shown]

    @property
    def error_count(self):
        return sum(len(fields) for fields in self.faults.values())

    @property
    def extra_fields(self):
        """Fields of the sheet itself: a work plan, a written report."""
        faults, values = self.faults.get("", {}), self.content["values"]
        if self.brings is Brings.GROUP:
            return [
                Field(
                    "work_plan",
                    "工作计划",
                    "textarea",
                    values.get("work_plan", ""),
                    required=True,
                    rows=6,
                    error=faults.get("work_plan", ""),
                    maxlength=5000,
                    span2=True,
                )
            ]
        if self.brings is Brings.REPORT:
            return [
                self._asked(ask, ask.field, values.get(ask.field, ""), faults.get(ask.field, ""))
                for ask in self.sheet.task_rules.asks
            ]
        return []

    def sections(self):
        """The form's sections in order, each with its entries."""
        if not self.sheet.has_entries:
            return []
        recorded = self._on_record()
        if self.brings is Brings.POINTS:
            sections = {
                category.code: Section(category.code, category.label, category.definition, category.examples)
                for category in self.sheet.categories
            }
        else:
            sections = {"": Section("", self.sheet.task.label)}
        for number, entry in enumerate(self.content["entries"], start=1):
            code = entry["values"].get("category", "") if self.brings is Brings.POINTS else ""
            section = sections.setdefault(code, Section(code, code))
            section.entries.append(self._entry(entry, number, self._lines.get(entry["key"]), recorded))
        return list(sections.values())

    @cached_property
    def _lines(self):
        """Entry key → its line as it was handed in last."""
        return {str(line.entry): line for line in self.sheet.submission.lines.all()}

    def new_entry(self, section, key):
        """An empty entry just added, for the fragment that htmx appends."""
        values = {"category": section} if self.brings is Brings.POINTS else {}
        return self._entry({"key": key, "base": None, "change": Change.ADD, "values": values}, 0, None, {})

    def _on_record(self):
        if self.brings in (Brings.POINTS, Brings.GRADES, Brings.MEASURES):
            return {str(point.series): point for point in self.sheet.on_record()}
        if self.brings is Brings.POWERS:
            return {str(item.series): item for item in self.sheet.on_record()}
        return {}

    def _entry(self, entry, number, line, recorded):
        record = recorded.get(entry["key"])
        faults = self.faults.get(entry["key"], {})
        built = Entry(
            entry["key"],
            number,
            entry["change"],
            [],
            line=line,
            errors=faults,
            may_remove=self.sheet.may_add and record is None,
            category=entry["values"].get("category", "") if self.brings is Brings.POINTS else "",
        )
        build = {
            Brings.POINTS: self._asks,
            Brings.POWERS: self._asks,
            Brings.GRADES: self._grades,
            Brings.MEASURES: self._stages,
            Brings.GROUP: self._member,
        }[self.brings]
        built.fields = build(entry, faults)
        if record is not None:
            self._show_record(built, record, entry, faults)
        return built

    def _show_record(self, built, record, entry, faults):
        if isinstance(record, PowerItem):
            built.heading, built.recorded = (
                record.name,
                [
                    (ask.label, value)
                    for ask, (_, _, value) in zip(self.sheet.task_rules.asks, self.sheet._fields(record), strict=True)
                ],
            )
        else:
            built.heading, built.grade = record.category.label, record.final_grade
            built.recorded = [("风险内容", record.content), ("表现形式", record.manifestation)]
        if self.sheet.offers_choice:
            built.choice = Field(
                self._name(entry, "change"),
                "去年登记的内容，今年",
                "radio",
                entry["change"],
                [(Change.KEEP, "沿用"), (Change.REVISE, "修改"), (Change.RETIRE, "撤销")],
                True,
                inline=True,
                error=faults.get("change", ""),
            )
            built.fields.append(
                Field(
                    self._name(entry, "reason"),
                    "撤销理由（撤销时必填）",
                    "text",
                    entry["values"].get("reason", ""),
                    error=faults.get("reason", ""),
                    span2=True,
                )
            )
        elif self.brings is Brings.GRADES and all(
            entry["values"].get(factor.code) for factor in self.sheet.rules.grading.factors
        ):
            built.proposal = self.sheet.proposal(entry["values"])

    def _asks(self, entry, faults):
        asked = [
            self._asked(
                ask, self._name(entry, ask.field), entry["values"].get(ask.field, ""), faults.get(ask.field, "")
            )
            for ask in self.sheet.task_rules.asks
        ]
        line = self._lines.get(entry["key"])
        if not entry["base"] and line is not None and line.verdict == "returned":
            asked.append(
                Field(
                    self._name(entry, "reason"),
                    "说明（不改时须写明理由）",
                    "text",
                    entry["values"].get("reason", ""),
                    span2=True,
                )
            )
        return asked

    def _asked(self, ask, name, value, error):
        options = self._options(ask.field)
        kind = ("radio" if len(options) <= 4 else "select") if options else ("textarea" if ask.lines > 1 else "text")
        return Field(
            name,
            ask.label,
            kind,
            value,
            options,
            ask.required,
            ask.help,
            ask.example,
            error,
            None if options else ask.max_length,
            ask.lines,
            span2=ask.lines > 4,
            inline=True,
        )

    def _options(self, name):
        rules = self.sheet.rules
        sections = {"finding_source": rules.finding_sources, "nature": rules.natures, "domain": rules.domains}
        if name in sections:
            return [(item.code, item.label) for item in sections[name]]
        if name == "kind":
            return PowerItem.Kind.choices
        if name == "major_matter":
            return PowerItem.MajorMatter.choices
        return self.sheet.posts() if name == "accountable_post" else []

    def _grades(self, entry, faults):
        values = entry["values"]
        fields = [
            Field(
                self._name(entry, factor.code),
                factor.label,
                "radio",
                values.get(factor.code, ""),
                [(value.code, value.label) for value in factor.values],
                True,
                error=faults.get(factor.code, ""),
            )
            for factor in self.sheet.rules.grading.factors
        ]
        grades = [(grade.code, f"{grade.label}：{grade.criterion}") for grade in self.sheet.rules.grades]
        return [
            *fields,
            Field(
                self._name(entry, "grade"),
                "自评等级（不选即采用建议等级）",
                "select",
                values.get("grade", ""),
                grades,
                error=faults.get("grade", ""),
            ),
            Field(
                self._name(entry, "reason"),
                "理由（与建议等级不同时必填）",
                "text",
                values.get("reason", ""),
                error=faults.get("reason", ""),
            ),
        ]

    def _stages(self, entry, faults):
        return [
            Field(
                self._name(entry, stage.code),
                stage.label,
                "textarea",
                entry["values"].get(stage.code, ""),
                required=True,
                rows=4,
                error=faults.get(stage.code, ""),
                maxlength=1000,
            )
            for stage in self.sheet.rules.stages
        ]

    def _member(self, entry, faults):
        values = entry["values"]
        types = [(name, name) for name in self.sheet.group_rules.member_types]
        return [
            Field(
                self._name(entry, "number"),
                "工号",
                "text",
                values.get("number", ""),
                required=True,
                error=faults.get("number", ""),
                help=self._names.get(values.get("number", "").strip(), ""),
            ),
            Field(
                self._name(entry, "seat"),
                "小组职务",
                "select",
                values.get("seat", ""),
                GroupMember.Seat.choices,
                True,
                error=faults.get("seat", ""),
            ),
            Field(
                self._name(entry, "member_type"),
                "人员类别",
                "select",
                values.get("member_type", ""),
                types,
                True,
                error=faults.get("member_type", ""),
            ),
        ]

    @cached_property
    def _names(self):
        """Staff number → the person behind it, so that a slip of the keyboard shows."""
        return {number: f"{user.name}　{user.title}" for number, user in self.sheet.people(self.content).items()}

    def _name(self, entry, name):
        return ENTRY.format(key=entry["key"], field=name)


def read(sheet, data):
    """What was typed, as draft content. Unknown keys are ignored; what is on record is never taken from the page.

    ``data`` is a QueryDict. Entries come in the order of the hidden ``entry`` inputs.
    """
    on_record = {str(record.series): record for record in sheet.on_record()} if hasattr(sheet, "on_record") else {}
    entries = []
    for key in filter(_is_key, dict.fromkeys(data.getlist("entry"))):
        prefix = ENTRY.format(key=key, field="")
        values = {name.removeprefix(prefix): clean(data.get(name)) for name in data if name.startswith(prefix)}
        record, choice = on_record.get(key), values.pop("change", "")
        if record is None:
            base, change = None, Change.ADD
        else:
            base, change = record.pk, choice if sheet.offers_choice else Change.REVISE
            values |= sheet.fixed_values(record)
        entries.append({"key": key, "base": base, "change": change, "values": values})
    values = {name: clean(data.get(name)) for name in ("work_plan", "narrative") if name in data}
    return {"entries": entries, "values": values}


def _is_key(text):
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False


def clean(text):
    """Typed text with one kind of line break, no longer than a draft may hold per field."""
    return text.replace("\r\n", "\n")[:LONGEST]
