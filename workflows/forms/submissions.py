"""The sheet as a form: fields from the scheme, values from the draft, faults from the sheet's own rules."""

import uuid
from functools import cached_property

from registers.models import GroupMember, PostGrade, PowerItem
from registers.schemes.language import Brings
from workflows.forms.parts import Entry, Field, Section
from workflows.models import SubmissionLine
from workflows.sheets.arrangements import LABELS
from workflows.sheets.full import FullPointSheet
from workflows.sheets.graded import Graded
from workflows.sheets.group import CONTACT
from workflows.sheets.measures import Measured

Change = SubmissionLine.Change
LONGEST = 20_000  # characters of one field in a draft; what a field accepts when it is handed in is far less
ENTRY = "e-{key}-{field}"


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
        shown = {item.name for item in self.extra_fields}  # the files' own place shows their fault too; it is far down
        return [text for name, text in self.faults.get("", {}).items() if name not in shown]

    @property
    def asks_files(self):
        """What files the sheet takes, in words; empty where it takes none."""
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
        """Fields of the sheet itself: a work plan, a written report."""
        faults, values = self.faults.get("", {}), self.content["values"]
        if self.brings is Brings.GROUP:
            return [
                Field(
                    "work_plan",
                    "工作计划",
                    "textarea",
                    values.get("work_plan", ""),
                    required=self.sheet.task_rules.attachments == "none",
                    rows=6,
                    help=""
                    if self.sheet.task_rules.attachments == "none"
                    else "可以在这里填写，也可以在下面上传文件。",
                    error=faults.get("work_plan", ""),
                    maxlength=5000,
                    span2=True,
                )
            ]
        asks = self.sheet.task_rules.asks if self.brings is Brings.REPORT else self.sheet.task_rules.report
        return [self._asked(ask, ask.field, values.get(ask.field, ""), faults.get(ask.field, "")) for ask in asks]

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
        return {str(record.series): record for record in self.sheet.on_record()} if on_record(self.brings) else {}

    def _entry(self, entry, number, line, recorded):
        record = recorded.get(entry["key"])
        faults = self.faults.get(entry["key"], {})
        graded = isinstance(self.sheet, Graded) and (self.brings is not Brings.POINTS or self.sheet.grades)
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
            Brings.POINTS: self._points,
            Brings.POWERS: self._asks,
            Brings.GRADES: self._factors_and_grade,
            Brings.POST_GRADES: self._post_grade,
            Brings.MEASURES: self._stages,
            Brings.GROUP: self._member,
        }[self.brings]
        built.fields = build(entry, faults)
        if record is not None:
            self._show_record(built, record, entry, faults)
        if graded:
            built.wants_proposal, built.proposal = True, self._proposal(entry)
        return built

    def _proposal(self, entry):
        found = self.sheet.typed_proposal(entry)
        return found if found.grade else None

    def _show_record(self, built, record, entry, faults):
        built.heading, built.recorded, built.grade = self._described(record)
        if self.sheet.offers_choice:
            built.choice = Field(
                self._name(entry, "change"),
                self.sheet.choice_label
                or ("去年登记的内容，今年" if self.sheet.task.due_on else "现行登记的内容，本次"),
                "radio",
                entry["change"],
                list(self.sheet.choices_offered),
                True,
                inline=True,
                error=faults.get("change", ""),
            )
            built.fields.append(
                Field(
                    self._name(entry, "reason"),
                    self.sheet.reason_label,
                    "text",
                    entry["values"].get("reason", ""),
                    error=faults.get("reason", ""),
                    span2=True,
                )
            )

    def _described(self, record):
        """Heading, ``(label, value)`` and grade of what is on record."""
        if isinstance(record, PostGrade):
            return record.post.name, [], record.final_grade
        if isinstance(record, PowerItem):
            return record.name, [(label, value) for _, label, value in self.sheet.fields(record)], None
        if self.brings is Brings.POINTS:
            shown = self.sheet.labelled(record, self.sheet.task_rules.asks)
            return record.category.label, [(label, value) for _, label, value in shown], record.final_grade
        texts = [("风险内容", record.content), ("表现形式", record.manifestation)]
        return record.category.label, texts, record.final_grade

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
        options = self.sheet.options(ask.field)
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

    def _points(self, entry, faults):
        fields = self._asks(entry, faults)
        if isinstance(self.sheet, FullPointSheet):
            fields += self._factors_and_grade(entry, faults) if self.sheet.grades else []
            fields += self._stages(entry, faults) if self.sheet.measures else []
        return fields

    def _factors_and_grade(self, entry, faults):
        fields = [
            Field(
                self._name(entry, factor.code),
                factor.label,
                "radio",
                entry["values"].get(factor.code, ""),
                [(value.code, value.label) for value in factor.values],
                True,
                error=faults.get(factor.code, ""),
            )
            for factor in self.sheet.rules.grading.factors
        ]
        return fields + self._grade(entry, faults)

    def _grade(self, entry, faults):
        values, reason = entry["values"], self.sheet.reason_name
        grades = [(grade.code, f"{grade.label}：{grade.criterion}") for grade in self.sheet.rules.grades]
        return [
            Field(
                self._name(entry, "grade"),
                "自评等级（不选即采用建议等级）",
                "select",
                values.get("grade", ""),
                grades,
                error=faults.get("grade", ""),
            ),
            Field(
                self._name(entry, reason),
                "理由（与建议等级不同时必填）",
                "text",
                values.get(reason, ""),
                error=faults.get(reason, ""),
            ),
        ]

    def _post_grade(self, entry, faults):
        remark = entry["values"].get("remark", "")
        return [
            *self._grade(entry, faults),
            Field(self._name(entry, "remark"), "备注", "text", remark, error=faults.get("remark", ""), span2=True),
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
                details=[self._arranged(entry, faults, stage, ask) for ask in self.sheet.arranged],
            )
            for stage in self.sheet.rules.measure_stages
        ]

    def _arranged(self, entry, faults, stage, ask):
        """Who carries a measure out, by when, or on which regulation."""
        name = f"{stage.code}.{ask}"
        return Field(
            self._name(entry, name),
            LABELS[ask],
            {"responsible": "person", "due": "date", "regulation": "select"}[ask],
            entry["values"].get(name, ""),
            self.sheet.regulations if ask == "regulation" else [],
            error=faults.get(name, ""),
        )

    @property
    def colleagues(self):
        """Whom a measure may be given to, for the list that its inputs offer; empty where nobody is asked for."""
        asks = isinstance(self.sheet, Measured) and "responsible" in self.sheet.arranged
        full = isinstance(self.sheet, FullPointSheet)
        return self.sheet.colleagues if asks and (self.sheet.measures if full else True) else []

    def _member(self, entry, faults):
        values = entry["values"]
        rules, made = self.sheet.group_rules, []
        number = values.get("number", "")

        def add(name, label, kind="text", options=(), *, required=True, hint=""):
            made.append(
                Field(
                    self._name(entry, name),
                    label,
                    kind,
                    values.get(name, ""),
                    list(options),
                    required,
                    error=faults.get(name, ""),
                    help=hint,
                )
            )

        add("number", "工号", hint=self._names.get(number.strip(), ""))
        add("seat", "小组职务", "select", GroupMember.Seat.choices)
        if rules.member_types:
            add("member_type", "人员类别", "select", [(name, name) for name in rules.member_types])
        if rules.contact:
            add("contact", "联系人", "select", [(CONTACT, CONTACT)], required=False)
            add("phone", "联系电话（联系人必填）", required=False)
        return made

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
    recorded = {str(record.series): record for record in sheet.on_record()} if hasattr(sheet, "on_record") else {}
    entries = []
    for key in filter(_is_key, dict.fromkeys(data.getlist("entry"))):
        prefix = ENTRY.format(key=key, field="")
        values = {name.removeprefix(prefix): clean(data.get(name)) for name in data if name.startswith(prefix)}
        record, choice = recorded.get(key), values.pop("change", "")
        if record is None:
            base, change = None, Change.ADD
        else:
            base, change = record.pk, choice if sheet.offers_choice else Change.REVISE
            values |= sheet.fixed_values(record)
        entries.append({"key": key, "base": base, "change": change, "values": values})
    values = {name: clean(data.get(name)) for name in ("work_plan", "narrative") if name in data}
    return {"entries": entries, "values": values}


def on_record(brings):
    """Does a sheet that brings this start from what is on record?"""
    return brings not in (Brings.GROUP, Brings.REPORT)


def _is_key(text):
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False


def clean(text):
    """Typed text with one kind of line break, no longer than a draft may hold per field."""
    return text.replace("\r\n", "\n")[:LONGEST]
