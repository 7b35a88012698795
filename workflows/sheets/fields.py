"""What a sheet asks for, as plain data.

A form renders it. A fault is said by the field that has the limit, so that both always agree.
"""

from dataclasses import dataclass

from registers.refusals import Refused


class Incomplete(Refused):
    """The sheet cannot be submitted yet.

    ``faults`` maps entry key (``""`` for the sheet as a whole) to field → sentence.
    """

    def __init__(self, faults):
        self.faults = faults
        super().__init__("；".join(text for fields in faults.values() for text in fields.values()))


@dataclass(frozen=True)
class Field:
    """One thing that a sheet asks for.

    ``kind``: text, textarea, radio, select, person or date. ``options``: (value, label) each; empty where any text will do.
    ``required``: always; ``required_when``: in words, when else (“撤销时”). ``limit``: characters. ``missing`` and ``unknown``:
    what is said of an empty field and of a value that is no option, where the usual sentence does not fit. ``rows``,
    ``whole_row`` and ``inline``: how large it is drawn. ``details``: fields folded away under this one.
    """

    name: str
    label: str
    kind: str = "text"
    options: tuple = ()
    required: bool = False
    required_when: str = ""
    limit: int | None = None
    help: str = ""
    example: str = ""
    missing: str = ""
    unknown: str = ""
    rows: int = 2
    whole_row: bool = False
    inline: bool = False
    details: tuple = ()

    @property
    def caption(self):
        """The label with the words that say when the field has to be filled."""
        return f"{self.label}（{self.required_when}必填）" if self.required_when else self.label

    def fault(self, typed):
        """What is wrong with the typed text, in a sentence, empty if nothing is."""
        text = typed.strip()
        if self.required and not text:
            return self.missing or f"请{'选择' if self.options else '填写'}“{self.label}”。"
        if self.limit is not None and len(text) > self.limit:
            return f"“{self.label}”最多 {self.limit} 字，现有 {len(text)} 字。"
        if typed and self.options and typed not in {value for value, _ in self.options}:
            return self.unknown or f"“{self.label}”的选项不在方案之内，请重新选择。"
        return ""

    def in_words(self, typed):
        """What was typed as people read it: the label of an option, else the text."""
        return dict(self.options).get(typed, typed)

    def rows_of(self, typed, name):
        """The rows of a field that has rows instead of one text, as its template takes them.

        ``name``: of its inputs.
        """
        return []

    def posted(self, data, name):
        """What was typed in rows, None where there are none."""
        return


@dataclass(frozen=True)
class Heading:
    """One section of a sheet: a risk category, or the whole sheet (``code`` empty)."""

    code: str
    label: str
    help: str = ""
    examples: tuple = ()


@dataclass(frozen=True)
class Described:
    """What is on record of an entry: its heading, ``(label, value)`` pairs, and its grade or None."""

    heading: str
    values: list
    grade: object = None


def faults_of(fields, values):
    """Field name → sentence, for every field whose typed value is at fault."""
    faults = ((field.name, field.fault(values.get(field.name, ""))) for field in fields)
    return {name: fault for name, fault in faults if fault}


def names_of(fields):
    """The names of fields and of what is folded away under them, in their order."""
    return [name for field in fields for name in (field.name, *names_of(field.details))]
