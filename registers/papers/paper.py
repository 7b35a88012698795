"""A paper ready to be written: everything that a writer needs, already in words. Pure: no Django."""

from dataclasses import dataclass

from registers.papers.words import BLANK_TEXT, wide


@dataclass(frozen=True)
class Column:
    """A column that holds values. ``share`` is its whole percent of the table's width."""

    share: int
    align: str


@dataclass(frozen=True)
class Cell:
    """A cell of head or body. ``column`` counts the columns that hold values, from 0."""

    text: str
    column: int
    colspan: int = 1
    rowspan: int = 1
    align: str = "left"


@dataclass(frozen=True)
class HeaderField:
    """A label and its value, which takes ``colspan`` header columns and at least ``lines`` lines."""

    label: str
    text: str
    colspan: int = 1
    lines: int = 1
    kind: str = "text"


@dataclass(frozen=True)
class Block:
    """A sign-off block: ``lines`` of text, then who (``name``), the seal's place and the day.

    ``room`` is the least height of the text in lines; ``colspan`` as for header fields.
    """

    label: str
    kind: str
    lines: tuple[str, ...] = ()
    name: str = ""
    date: str = ""
    seal: bool = False
    room: int = 1
    colspan: int = 1

    def closing(self, across=100):
        """Return name, seal and date, on one line if ``across`` characters hold them."""
        who = "　　".join(part for part in (self.name, "（盖章）" if self.seal else "") if part)
        line = "　　".join(part for part in (who, self.date) if part)
        return line if wide(line) <= across else f"{who}\n{self.date}".strip("\n")

    @property
    def inline(self):
        """The whole block as ``label：value``, for sign-offs on one line."""
        parts = (*self.lines, self.name or ("" if self.lines else BLANK_TEXT), self.date)
        text = f"{self.label}：" + "　".join(part for part in parts if part)
        return text + BLANK_TEXT if text.endswith("：") else text  # nothing else leaves room to write there


@dataclass(frozen=True)
class Paper:
    """A paper ready to be written.

    ``heading`` stands above the title: whose paper it is. Header and footer are rows of fields and blocks on grids of
    label, value, label, value … whose widths are ``header_shares`` and ``footer_shares`` in percent. ``text_size`` is in
    points; ``row_height`` the least height of a body row in mm (0: as high as its text).
    """

    title: str
    heading: str
    label: str
    orientation: str
    institution: str
    header_style: str
    header_shares: tuple[int, ...]
    header: tuple[tuple[HeaderField, ...], ...]
    paragraphs: tuple[str, ...]
    columns: tuple[Column, ...]
    head_rows: tuple[tuple[Cell, ...], ...]
    body: tuple[tuple[Cell, ...], ...]
    row_height: int
    closing: tuple[str, ...]
    footer_style: str
    footer_shares: tuple[int, ...]
    footer: tuple[tuple[Block, ...], ...]
    marks: tuple[str, ...]
    notes: tuple[str, ...]
    text_size: float
    code: str
    year: int | None
    version: str

    @property
    def edition(self):
        """The campaign year and the version as printed in the footer."""
        return "　".join(part for part in (f"{self.year}年度" if self.year else "", self.version) if part)

    @property
    def full_title(self):
        return f"{self.label} {self.title}".strip()


# One of everything that a form has, for a page to be tried on.
SPECIMEN = Paper(
    title="样张",
    heading="样张",
    label="附件",
    orientation="portrait",
    institution="学校",
    header_style="grid",
    header_shares=(20, 80),
    header=((HeaderField("姓名", "某人"),),),
    paragraphs=(),
    columns=(Column(30, "center"), Column(70, "left")),
    head_rows=((Cell("类别", 0), Cell("内容", 1)),),
    body=((Cell("一", 0, align="center"), Cell("2026年1月1日，ABC。", 1)),),
    row_height=0,
    closing=("落款",),
    footer_style="grid",
    footer_shares=(20, 80),
    footer=((Block("意见", "opinion", lines=("同意",), name="某人", date="2026年1月1日", seal=True),),),
    marks=("样张",),
    notes=("附注",),
    text_size=12,
    code="0000-0000",
    year=2026,
    version="样张",
)
