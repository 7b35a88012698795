"""Workbooks made by hand, part by part, so that a test can also make those that no program would write."""

import io
import zipfile
from xml.sax.saxutils import escape, quoteattr

from registers.imports.grid import address

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
FORMATS = ("General", "@", "00000", "yyyy-mm-dd", "0.00")


class Number(str):
    """A number cell, with the number format of this place in ``FORMATS``."""

    def __new__(cls, text, form=0):
        made = super().__new__(cls, text)
        made.form = form
        return made


class Raw(str):
    """A cell as its XML says."""


def cell(row, column, value):
    """The XML of one cell: text, a ``Number``, ``Raw`` XML, or nothing for ""."""
    if isinstance(value, Raw):
        return value.replace("@", address(row, column))
    if isinstance(value, Number):
        return f'<c r="{address(row, column)}" s="{value.form}"><v>{value}</v></c>'
    if value == "":
        return ""
    return f'<c r="{address(row, column)}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'


def sheet(rows, *, merges=(), hidden=(), first=1, left=1, before="", after=""):
    """The XML of a sheet with these rows; ``hidden``: row numbers, ``merges``: ranges."""
    lines = []
    for number, values in enumerate(rows, start=first):
        cells = "".join(cell(number, column, value) for column, value in enumerate(values, start=left))
        unseen = ' hidden="true"' if number in hidden else ""
        lines.append(f'<row r="{number}"{unseen}>{cells}</row>')
    merged = "".join(f'<mergeCell ref="{area}"/>' for area in merges)
    merged = f"<mergeCells>{merged}</mergeCells>" if merged else ""
    return f'<worksheet xmlns="{MAIN}">{before}<sheetData>{"".join(lines)}</sheetData>{merged}{after}</worksheet>'


def parts(sheets, *, workbook="", states=None, start=""):
    """The parts of a package: name → text. ``sheets``: name → XML."""
    names = list(sheets)
    listed = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{i}" r:id="rId{i}"{states.get(name, "") if states else ""}/>'
        for i, name in enumerate(names, 1)
    )
    relations = "".join(
        f'<Relationship Id="rId{i}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{i}.xml"/>'
        for i in range(1, len(names) + 1)
    )
    formats = "".join(f'<numFmt numFmtId="{170 + i}" formatCode={quoteattr(form)}/>' for i, form in enumerate(FORMATS))
    styles = "".join(f'<xf numFmtId="{170 + i}"/>' for i in range(len(FORMATS)))
    made = {
        "xl/workbook.xml": f'{start}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">{workbook}<sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{RELATIONS}">{relations}</Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><numFmts>{formats}</numFmts><cellXfs>{styles}</cellXfs></styleSheet>',
    }
    return made | {f"xl/worksheets/sheet{i}.xml": sheets[name] for i, name in enumerate(names, 1)}


def zipped(made):
    """The bytes of a package of these parts."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in made.items():
            package.writestr(name, content)
    return data.getvalue()


def workbook(rows, *, name="人员", **sheet_parts):
    """The bytes of a workbook with one sheet of these rows."""
    return zipped(parts({name: sheet(rows, **sheet_parts)}))
