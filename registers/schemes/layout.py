"""The layout of an official paper, as a scheme file writes it under ``papers``.

Pure: no Django.
Source of the print rules: domain analysis C0. ``inferred`` marks what the institution's document does not say
word for word, ``source`` the requirement it comes from.
"""

import re
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

BLANK_ROWS = {"landscape": 8, "portrait": 12}
PLACEHOLDER = re.compile(r"\{(date:)?([a-z][a-z0-9_.-]*)\}")

Label = Annotated[str, Field(min_length=1, max_length=80)]
FieldName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_.-]*$", max_length=60)]
Kind = Literal["text", "date"]


class Part(BaseModel):
    """The base of all parts of a layout: fixed once read, unknown keys are faults."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Origin(Part):
    """The source of a part of the paper.

    ``inferred``: not verbatim in the institution's document.
    """

    inferred: bool = False
    source: str = ""


class HeaderCell(Origin):
    """A labelled value above the table.

    ``by_hand``: left empty for handwriting, nothing fills it. ``wide`` fills a whole row; ``lines`` is its least height in lines.
    """

    label: Label
    field: FieldName
    kind: Kind = "text"
    by_hand: bool = False
    wide: bool = False
    lines: Annotated[int, Field(ge=1, le=24)] = 1


class Column(Origin):
    """A column with a ``field``, or a group of ``columns`` under one head.

    ``label_decided`` is its head on papers whose grades are decided. ``width`` is relative to the other columns (about:
    characters). With ``tick`` the column prints √ when the field's value equals it and nothing otherwise. ``by_hand``:
    left empty for handwriting, nothing fills it. ``when``: only on papers of schemes that switch ``residual`` on.
    """

    label: Label
    label_decided: Annotated[str, Field(max_length=80)] = ""
    field: FieldName | Literal[""] = ""
    columns: "tuple[Column, ...]" = ()
    width: Annotated[int, Field(ge=1, le=100)] = 12
    align: Literal["left", "center", "right"] = "left"
    kind: Kind = "text"
    by_hand: bool = False
    tick: str | None = None
    when: Literal["", "residual"] = ""

    @model_validator(mode="after")
    def _leaf_or_group(self):
        if bool(self.field) == bool(self.columns):
            raise ValueError(f"列“{self.label}”应写 field（一列）或 columns（一组列），两者只能写一个")
        return self


class SignOff(Origin):
    """One block of the sign-off area. ``step`` names the route step whose decision fills it.

    ``text`` blocks print ``field``, or with ``by_hand`` leave room for handwriting. ``lines`` is the room left for handwriting, in lines.
    """

    label: Label
    kind: Literal["signature", "opinion", "publicity", "text"] = "signature"
    step: str = ""
    field: FieldName | Literal[""] = ""
    by_hand: bool = False
    members: bool = False
    date: bool = False
    seal: bool = False
    lines: Annotated[int, Field(ge=0, le=20)] = 0

    @model_validator(mode="after")
    def _text_has_field(self):
        if (self.kind == "text") != bool(self.field):
            raise ValueError(f"签署栏“{self.label}”：kind 为 text 时写 field，其他时候不写")
        return self


class Mark(Origin):
    """A remark at the top of the paper. With ``when`` only on papers that carry that mark."""

    text: Label
    when: str = ""


# What a compiled paper is about.
About = Literal[
    "unit",
    "sheet",
    "notice",
    "activity",
    "reading",
    "meeting",
    "inspection",
    "assessment",
    "warning",
    "ranking",
    "publication",
    "duty",
]


class PaperLayout(Origin):
    """One official paper.

    ``rows`` names what the table lists. ``fixed_rows`` names the field of which every value in the document's ``fixed``
    gets a row (or group of rows), even an empty one. ``sort`` names fields (``-field`` descending). ``compiled`` names
    the source that fills a paper nobody types, and ``about`` what it is about: a unit on a day, one sheet, one notice,
    one activity and so on. ``includes``: the rows of a unit's sheet are followed by those of its people's points
    in force (R3-23). ``paragraphs`` and ``closing`` make a letter: running text, and the issuer with the day.
    ``heading`` stands above the title and says whose paper it is. In all three ``{field}`` and ``{date:field}``
    stand for values.
    """

    label: str = ""
    heading: Annotated[str, Field(max_length=80)] = ""
    title: Label
    level: Literal["personal", "unit", "school"] = "unit"
    orientation: Literal["portrait", "landscape"] = "portrait"
    rows: str | None = None
    compiled: FieldName | None = None
    about: About | None = None
    fixed_rows: FieldName | None = None
    includes: Literal["personal"] | None = None
    sort: tuple[Annotated[str, Field(pattern=r"^-?[a-z][a-z0-9_.-]*$")], ...] = ()
    blank_rows: Annotated[int, Field(ge=1, le=60)] | None = None
    header_style: Literal["grid", "line"] = "grid"
    header: tuple[Annotated[tuple[HeaderCell, ...], Field(min_length=1, max_length=6)], ...] = ()
    paragraphs: tuple[str, ...] = ()
    columns: tuple[Column, ...] = ()
    closing: tuple[str, ...] = ()
    footer: tuple[SignOff, ...] = ()
    footer_style: Literal["grid", "line"] = "grid"
    marks: tuple[Mark, ...] = ()
    notes: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _hangs_together(self):
        leaves = {column.field for column in leaf_columns(self)}
        if bool(self.compiled) != bool(self.about):
            raise ValueError(f"compiled（数据来源）和 about（{'、'.join(get_args(About))}）要么都写，要么都不写")
        if self.rows and not leaves:
            raise ValueError("写了 rows 就要写 columns（表格的列）")
        if self.fixed_rows and self.fixed_rows not in leaves:
            raise ValueError(f"fixed_rows“{self.fixed_rows}”不是任何一列的 field，应为：{'、'.join(sorted(leaves))}")
        for row in self.header:
            if len(row) > 1 and any(cell.wide for cell in row):
                raise ValueError("表头中 wide: true 的一格须独占一行")
        for text in texts_with_values(self):
            if "{" in (rest := PLACEHOLDER.sub("", text)) or "}" in rest:
                raise ValueError(f"“{text[:20]}”中的花括号只能写成 {{字段}} 或 {{date:字段}}")
        return self

    @property
    def empty_rows(self):
        """The number of rows on the empty form."""
        return self.blank_rows or BLANK_ROWS[self.orientation]


def leaf_columns(layout):
    """Return the columns that hold values, left to right, without their group heads."""

    def leaves(columns):
        for column in columns:
            if column.columns:
                yield from leaves(column.columns)
            else:
                yield column

    return tuple(leaves(layout.columns))


def texts_with_values(layout):
    """Return the texts of a layout in which placeholders may stand."""
    return (layout.heading, *layout.paragraphs, *layout.closing)


def fields_used(layout):
    """Return the names of all fields that the paper shows, header first, each once.

    ``number`` is filled by ``compose``.
    """
    names = [cell.field for row in layout.header for cell in row]
    names += [match[2] for text in texts_with_values(layout) for match in PLACEHOLDER.finditer(text)]
    names += [column.field for column in leaf_columns(layout)]
    names += [block.field for block in layout.footer if block.field]
    return tuple(dict.fromkeys(names))
