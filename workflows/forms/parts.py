"""What a sheet's form is made of: inputs, entries, sections."""

from dataclasses import dataclass, field

from workflows.models import SubmissionLine

Change = SubmissionLine.Change


@dataclass
class Input:
    """One input as ``components/field.html`` takes it.

    ``details``: inputs folded away under it. ``other``: what another window saved in its place, None where it is the same.
    """

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
    details: list = field(default_factory=list)
    steps: list = field(default_factory=list)
    other: str | None = None

    @property
    def id(self):
        return f"id_{self.name}"

    @property
    def details_summary(self):
        """What the inputs folded away under this one hold, in one line."""
        held = (dict(part.options).get(part.value, part.value) for part in self.details)
        return "　".join(text for text in held if text)

    @property
    def details_open(self):
        """Whether one of them is at fault and must be seen."""
        return any(part.error or part.other is not None for part in self.details)

    @property
    def other_words(self):
        """What another window saved, in words."""
        return dict(self.options).get(self.other, self.other) or "（空）"


def input_for(asked, values, faults, *, prefix="", hints=None, theirs=None):
    """The input for a field of a sheet, with what was typed, its fault and what helps with it.

    ``theirs``: field → what another window saved otherwise.
    """
    return Input(
        f"{prefix}{asked.name}",
        asked.caption,
        asked.kind,
        values.get(asked.name, ""),
        list(asked.options),
        asked.required,
        (hints or {}).get(asked.name, asked.help),
        asked.example,
        faults.get(asked.name, ""),
        asked.limit,
        asked.rows,
        asked.whole_row,
        asked.inline,
        [input_for(part, values, faults, prefix=prefix, theirs=theirs) for part in asked.details],
        asked.rows_of(values.get(asked.name, ""), f"{prefix}{asked.name}"),
        (theirs or {}).get(asked.name),
    )


@dataclass
class Entry:
    """One entry of the form: what is on record, what is typed, what the reviewer said.

    ``seen``: the versions that it starts from (``Sheet.seen_of``). ``overtaken``: what another sheet has changed since.
    """

    key: str
    number: int
    change: str
    fields: list
    choice: Input | None = None
    recorded: list = field(default_factory=list)
    heading: str = ""
    line: object = None
    errors: dict = field(default_factory=dict)
    may_remove: bool = False
    category: str = ""
    grade: object = None
    wants_proposal: bool = False
    proposal: object = None
    seen: str = ""
    overtaken: object = None

    @property
    def change_label(self):
        return Change(self.change).label if self.change else ""

    @property
    def error_text(self):
        """The faults that belong to the entry as a whole."""
        return self.errors.get("", "")


@dataclass
class Section:
    """Entries under one heading of the sheet."""

    code: str
    label: str
    help: str = ""
    examples: list = field(default_factory=list)
    entries: list = field(default_factory=list)
    suggestions: list = field(default_factory=list)

    @property
    def returned(self):
        """Whether a reviewer sent one of the entries back."""
        return any(entry.line is not None and entry.line.verdict == "returned" for entry in self.entries)


def clean(text):
    """Typed text with one kind of line break."""
    return text.replace("\r\n", "\n")
