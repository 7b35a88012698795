"""What taking over a file would change, line by line.

Nothing is changed here. Pure: no Django.
"""

from dataclasses import asdict, dataclass, field

from registers.imports.findings import Report
from registers.imports.private import is_private
from registers.imports.tables import column_key
from registers.text import digest_of, digest_of_text

TOLD = 500  # rows between two words about how far a comparison is


@dataclass(slots=True)
class Line:
    """One change: of what ``kind``, about whom or what (``key`` and ``name``).

    ``old`` is what was and ``new`` what will be, ``cell`` is where it comes from.
    What applies it is in the other fields: the ``user``, the ``person`` or ``record`` of the file, the ``post``, the ``field``.
    """

    kind: str
    key: str
    name: str
    old: str
    new: str
    cell: str
    user: object = None
    person: object = None
    record: object = None
    post: object = None
    field: str = ""
    incumbency: object = None
    known: object = None
    named: str = ""

    @property
    def tick(self):
        """The name of this line's tick: the same for the same change of the same person."""
        if not self.named:
            self.named = digest_of_text(repr((self.kind, self.key, self.field, self.old, self.new)))[:16]
        return self.named


@dataclass(slots=True)
class Plan:
    """All lines of a file, what was found in it, and how many rows it has.

    ``pace``: told from time to time how many rows are compared, it may stop the comparison. ``tell``: told how many lines are
    written.
    """

    kind: str
    answers: dict
    pace: object = None
    report: Report = None
    tables: list = field(default_factory=list)
    lines: list = field(default_factory=list)
    rows: int = 0
    unchanged: int = 0
    missing: int = 0
    on: object = None  # the day of effect
    counts: dict = field(default_factory=dict)
    aliases: dict = field(default_factory=dict)
    by: object = None  # who accepts it, and when
    at: object = None
    taking: object = None  # who takes it over, and when (``handing.Taking``)
    tell: object = None
    written: int = 0
    joined: list = field(default_factory=list)  # the ids of new people, once they are written

    def __post_init__(self):
        self.report = Report(self.answers)

    @property
    def size(self):
        return len(self.lines)

    def add(self, line):
        """Put a line on the list."""
        self.lines.append(line)

    def count_row(self):
        """Count a row that is compared."""
        self.rows += 1
        if self.pace is not None and self.rows % TOLD == 0:
            self.pace(self.rows)

    def count_written(self, number=1):
        """Count lines that are written."""
        self.written += number
        if self.tell is not None:
            self.tell(self.written)

    def say_if_empty(self):
        """Say so where nothing was read, not even something that is on record already."""
        asked = any(question.is_open or question.given for question in self.report.questions)
        nothing = not (self.lines or self.unchanged or self.counts or self.report.has_faults or asked)
        for table in self.tables if nothing else ():
            columns = "、".join(f"“{head}”" for column, head in table.columns.items() if table.fields[column])
            text = f"{len(table.rows)} 行中没有读出任何内容（读取的列：{columns or '没有'}）"
            self.report.fault(table.sheet, f"{table.head[1]} 行", text, "请核对“列的对应”和导入的内容，或换一个文件")

    def count(self, what):
        """Count a row that is read and brings nothing."""
        self.counts[what] = self.counts.get(what, 0) + 1

    @property
    def is_ready(self):
        """Whether nothing is wrong and nothing is asked any more."""
        return not self.report.faults and not self.report.open_questions

    def digest(self):
        """Return a digest of all lines, so that whoever accepts them accepts what he saw."""
        return digest_of(sorted(line.tick for line in self.lines))

    def preview(self):
        """Return what pages show of it, as JSON holds it.

        With it a page need not read and compare the whole file again.
        """
        return {
            "rows": self.rows,
            "unchanged": self.unchanged,
            "missing": self.missing,
            "digest": self.digest(),
            "is_ready": self.is_ready,
            "questions": [asdict(question) for question in self.report.questions],
            "faults": [_shown(finding) for finding in self.report.faults],
            "notices": [_shown(finding) for finding in self.report.notices],
            "lines": [
                [line.tick, line.kind, line.key, line.name, line.old, line.new, line.cell] for line in self.lines
            ],
            "tables": [_table(table) for table in self.tables],
        }

    def by_kind(self):
        """Return kind → its lines, in the order in which kinds came up."""
        kinds = {}
        for line in self.lines:
            kinds.setdefault(line.kind, []).append(line)
        return kinds


def _shown(finding):
    return [finding.sheet, finding.cell, finding.text, finding.remedy]


def _table(table):
    return {
        "sheet": table.sheet,
        "head": table.head[1],
        "skipped": table.skipped,
        "columns": [
            [column, column_key(column, head), head, table.fields[column], is_private(head)]
            for column, head in table.columns.items()
        ],
        "first": [[row, {str(column): text for column, text in cells.items()}] for row, cells in table.first_rows],
    }
