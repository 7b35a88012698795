"""Composing: a layout and a document become a ``Paper``.

A ``Paper`` holds everything that a writer needs, already in words. A *document* is the plain JSON that a filled paper
shows, and what is frozen when a paper is filed: ``fields``, ``rows``, ``fixed``, ``signoffs`` by step, ``marks``, ``notes``,
``code``, ``year``, ``version``, ``institution``, ``office``. Pure: no Django.
"""

import re
from dataclasses import replace
from itertools import pairwise

from registers.papers.given import GIVEN, Given
from registers.papers.letters import filled, paragraphs
from registers.papers.paper import Block, Cell, Column, HeaderField, Paper
from registers.papers.words import BLANK_TEXT, chinese_date, cleaned, words
from registers.schemes.layout import leaf_columns

TICK = "√"
SOURCES = {}

# The mark of a document whose grades are decided.
DECIDED = "decided"
# Height in mm for the rows of an empty form and what stands above and below them, its title not counted.
_ROOM = {"landscape": 145, "portrait": 225}
# Characters of a title that fit on one line.
_TITLE = {"landscape": 41, "portrait": 26}
_TITLE_LINE = 11  # mm
_MM_PER_POINT = 0.353
# A merged cell beside more text than this might outgrow a page; then its value stands in every row instead.
_MERGED_TEXT = 600
# How many characters of body text fit side by side; only the balance of the header's columns depends on it.
_CHARACTERS = {"landscape": 66, "portrait": 40}


class UnknownSource(KeyError):
    """A refusal because no function is registered under the name of a source."""

    def __str__(self):
        return f"没有名为“{self.args[0]}”的表单数据来源；已有：{'、'.join(sorted(SOURCES)) or '（无）'}。"


def source(name, **given):
    """Register what makes documents for ``rows: name`` or ``compiled: name``, with its ``Given``."""

    def register(function):
        SOURCES[name], GIVEN[name] = function, Given(**given)
        return function

    return register


def document_for(name, **about):
    """Return the document that the source ``name`` makes. Raises ``UnknownSource``."""
    if name not in SOURCES:
        raise UnknownSource(name)
    return SOURCES[name](**about)


def file_name(paper, suffix):
    """Return a name for the download that no file system, header or shell trips over."""
    return re.sub(r"[^\w（）()-]+", "-", paper.full_title)[:80].strip("-") + f".{suffix}"


def compose(layout, document, *, blank=False):
    """Resolve ``layout`` with ``document`` into a ``Paper``.

    ``blank`` makes the empty form. Numbers the rows, sorts them, spreads them over the fixed rows, drops unprintable
    characters and says so in a note. Source: R1-29.
    """
    kept = ("fixed", "year", "version", "institution", "office")
    document, dropped = cleaned({key: document.get(key) for key in kept} if blank else document)
    leaves = leaf_columns(layout)
    values = {key: document.get(key) for key in ("institution", "office", "year")} | (document.get("fields") or {})
    marks = document.get("marks") or ()
    notes = [f"注：原文有{dropped}个不能打印的控制字符，已略去。"] if dropped else []
    if files := document.get("attachments"):
        notes.append(f"随表附件：{'；'.join(f'{name}（{digest[:8].upper()}）' for name, digest in files)}。")
    notes += document.get("notes") or []
    footer = _footer(layout, values, document.get("signoffs") or {})
    paper = Paper(
        title=document.get("title") or layout.title,
        heading=filled(layout.heading, values),
        label=layout.label,
        orientation=layout.orientation,
        institution=document.get("institution") or "",
        header_style=layout.header_style,
        header_shares=_header_shares(layout),
        header=_header(layout, values),
        paragraphs=paragraphs(layout, values, blank=blank),
        columns=tuple(
            Column(share, _align(leaf))
            for share, leaf in zip(_shares([leaf.width for leaf in leaves]), leaves, strict=True)
        ),
        head_rows=_head(layout.columns, decided=DECIDED in marks),
        body=_body(layout, leaves, document, blank),
        row_height=0,
        closing=tuple(filled(text, values) for text in layout.closing),
        footer_style=layout.footer_style,
        footer_shares=_footer_shares(layout, footer),
        footer=footer,
        marks=tuple(m.text for m in layout.marks if not m.when or m.when in marks),
        notes=(*layout.notes, *notes),
        # One size for all tables, so that the papers of one file look alike.
        text_size=10.5 if leaves and not layout.paragraphs else 12,
        code=document.get("code") or "",
        year=document.get("year"),
        version=document.get("version") or "",
    )
    return replace(paper, row_height=_room_for_handwriting(paper)) if blank else paper


def empty(layout, rules):
    """Return the blank form of a paper of the scheme ``rules``, its fixed rows already written."""
    level = layout.level if layout.level != "school" else "unit"
    fixed = [category.label for category in rules.categories_for(level)]
    return compose(layout, {"fixed": fixed, **issuer(rules)}, blank=True)


def issuer(rules):
    """Return whose paper a document says it is: institution and office of the scheme ``rules``."""
    return {"institution": rules.identity.institution, "office": rules.roles.get("office", "")}


def _room_for_handwriting(paper):
    """Return the height in mm of an empty row with which the form just fills its page (8 to 40)."""
    if paper.paragraphs:
        return 8

    def height(lines):
        return (1.4 * lines + 0.6) * paper.text_size * _MM_PER_POINT

    used = sum(height(max(1.2, *(field.lines for field in row))) for row in paper.header)
    used += sum(height(1) for _ in paper.head_rows)
    used += sum(height(max(block.room + bool(block.closing()) for block in row)) for row in paper.footer)
    used += sum(height(1) for _ in paper.notes)
    used += _TITLE_LINE * (bool(paper.heading) + (len(paper.title) > _TITLE[paper.orientation]))
    return int(min(40, max(8, (_ROOM[paper.orientation] - used) / max(1, len(paper.body)))))


def _shares(widths):
    """Return whole percents that sum to 100: 1 for each, the rest in proportion to ``widths``."""
    if not widths:
        return ()
    rest = 100 - len(widths)
    ends = [round(rest * sum(widths[:upto]) / sum(widths)) for upto in range(len(widths) + 1)]
    return tuple(1 + end - start for start, end in pairwise(ends))


def _header_shares(layout):
    """Return the widths of the header grid, wide enough for the labels and for a date."""
    pairs = max((len(row) for row in layout.header), default=0)
    labels, wants = [0] * pairs, [7] * pairs
    for row in layout.header:
        for place, cell in enumerate(row):
            # A long label breaks into lines; it must not starve the values.
            labels[place] = max(labels[place], min(len(cell.label), 7) + 1.5)
            if cell.kind == "date" and len(row) == pairs:
                wants[place] = 10
    rest = max(_CHARACTERS[layout.orientation] - sum(labels), 2 * pairs)
    widths = []
    for label, want in zip(labels, wants, strict=True):
        widths += [label, rest * want / sum(wants)]
    return _shares(widths) if widths else ()


def _header(layout, values):
    pairs = max((len(row) for row in layout.header), default=0)
    rows = []
    for row in layout.header:
        cells = []
        for place, cell in enumerate(row, 1):
            text = chinese_date(values.get(cell.field)) if cell.kind == "date" else words(values.get(cell.field))
            if not text and layout.header_style == "line":
                text = BLANK_TEXT  # nothing else leaves room to write there
            colspan = 1 + 2 * (pairs - len(row)) if place == len(row) else 1
            cells.append(HeaderField(cell.label, text, colspan, cell.lines, cell.kind))
        rows.append(tuple(cells))
    return tuple(rows)


def _align(leaf):
    return "center" if leaf.tick is not None else leaf.align


def _head(columns, *, decided):
    """Return head cells row by row: groups span their columns, others span down to the last row.

    ``decided``: whether the grades below are decided, no longer proposed.
    """

    def depth(column):
        return 1 + max(map(depth, column.columns)) if column.columns else 1

    def width(column):
        return sum(map(width, column.columns)) if column.columns else 1

    deepest = max(map(depth, columns), default=0)
    rows = [[] for _ in range(deepest)]

    def place(columns, level, at):
        for column in columns:
            down = 1 if column.columns else deepest - level
            label = (decided and column.label_decided) or column.label
            rows[level].append(Cell(label, at, width(column), down, "center"))
            place(column.columns, level + 1, at)
            at += width(column)

    place(columns, 0, 0)
    return tuple(map(tuple, rows))


def _body(layout, leaves, document, blank):
    if not leaves:
        return ()
    rows = [] if blank else _sorted(document.get("rows") or [], layout.sort)
    fixed = document.get("fixed") or []
    if layout.fixed_rows and (rows or fixed):
        return tuple(_fixed_rows(layout.fixed_rows, leaves, rows, fixed))
    if blank:
        rows = [{} for _ in range(layout.empty_rows)]
    elif not rows:
        return ((Cell("（无）", 0, colspan=len(leaves), align="center"),),)
    return tuple(_row(leaves, row, None if blank else number) for number, row in enumerate(rows, 1))


def _sorted(rows, names):
    rows = list(rows)
    for name in reversed(names):
        field = name.removeprefix("-")
        known = [row for row in rows if row.get(field) not in (None, "")]
        known.sort(key=lambda row, field=field: _place(row[field]), reverse=name.startswith("-"))
        rows = known + [row for row in rows if row.get(field) in (None, "")]
    return rows


def _place(value):
    return (0, value, "") if isinstance(value, int | float) else (1, 0, words(value))


def _fixed_rows(field, leaves, rows, fixed):
    """Return every value of ``fixed`` in its order, then values not listed there, so that nothing is lost."""
    number, named = 0, [words(row.get(field)) for row in rows]
    for value in dict.fromkeys([*fixed, *named]):
        group = [row for row, name in zip(rows, named, strict=True) if name == value]
        cells = [
            _row(leaves, {**row, field: value}, number + place if group else None)
            for place, row in enumerate(group or [{}], 1)
        ]
        number += len(group)
        merged = next(at for at, leaf in enumerate(leaves) if leaf.field == field)
        if len(leaves) > 1 and sum(len(cell.text) for row in cells for cell in row) <= _MERGED_TEXT:
            first = tuple(replace(cell, rowspan=len(cells)) if cell.column == merged else cell for cell in cells[0])
            cells = [first, *(row[:merged] + row[merged + 1 :] for row in cells[1:])]
        yield from cells


def _row(leaves, row, number):
    cells = []
    for at, leaf in enumerate(leaves):
        if leaf.tick is not None:
            text = TICK if words(row.get(leaf.field)) == leaf.tick else ""
        elif leaf.field == "number":
            text = "" if number is None else str(number)
        else:
            text = words(row.get(leaf.field), leaf.kind)
        cells.append(Cell(text, at, align=_align(leaf)))
    return tuple(cells)


def _footer(layout, values, signoffs):
    blocks = [_block(block, values, signoffs.get(block.step) or {}) for block in layout.footer]
    if layout.footer_style == "line":
        side_by_side = 4
    elif layout.orientation == "portrait":
        side_by_side = 1
    else:
        side_by_side = 3 if len(blocks) % 3 == 0 else 2
    rows = [blocks[at : at + side_by_side] for at in range(0, len(blocks), side_by_side)]
    if rows and layout.footer_style == "grid":
        rows[-1][-1] = replace(rows[-1][-1], colspan=1 + 2 * (len(rows[0]) - len(rows[-1])))
    return tuple(map(tuple, rows))


def _footer_shares(layout, footer):
    side_by_side = max(map(len, footer), default=0) if layout.footer_style == "grid" else 0
    return {0: (), 1: (22, 78), 2: (12, 38, 12, 38)}.get(side_by_side, (10, 23, 10, 23, 10, 24))


def _block(block, values, signed):
    lines, name = [], signed.get("name") or ""
    if block.kind == "text":
        lines = [words(values.get(block.field))]
    elif block.kind == "publicity":
        lines = [
            f"公示时间：{chinese_date(signed.get('start'))}至{chinese_date(signed.get('end'))}",
            f"有无异议：{signed.get('outcome') or ''}",
        ]
    elif block.kind == "opinion":
        lines = [signed.get("opinion") or ""]
        if block.members:
            lines.append(f"组长及成员（签字）：{'、'.join(signed.get('members') or [])}")
        elif not block.seal:
            name = f"签字：{name or '　　　　'}"
    room = block.lines or {"signature": 1, "publicity": 2, "text": 1, "opinion": 3}[block.kind]
    day = chinese_date(signed.get("at")) if block.date else ""
    return Block(block.label, block.kind, tuple(lines), name, day, block.seal, room)
