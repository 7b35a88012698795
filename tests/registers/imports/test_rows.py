"""Rows that are taken out of a sheet at once are read as the parser reads them, and what it refuses is refused in its words."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registers.imports import packages, workbooks
from registers.refusals import Refused
from tests.workbooks import MAIN, parts, zipped

pytestmark = [pytest.mark.once]

ODD = "<!-- not plain -->"
VALUES = [
    "<v>4008</v>",
    "<v>0</v>",
    "<v>00</v>",
    "<v>1.5E3</v>",
    "<v> 7 </v>",
    "<v>x</v>",
    "<v>&#49;&lt;</v>",
    "<v/>",
    "<v></v>",
    "<is><t>处 &amp; 室&#x4E00;_x0041_</t></is>",
    '<is><t xml:space="preserve"> \n</t></is>',
    "<is><r><t>分</t></r><r><t>段</t></r></is>",
    "<is><t>甲</t><rPh><t>jia</t></rPh></is>",
    "<is><t>&#0;</t></is>",
    "<is><t>& </t></is>",
    "<f>SUM(A1)</f><v>3</v>",
    '<f t="shared" si="0"/><v>3</v>',
    "<f>DDE(&quot;cmd&quot;)</f><v>1</v>",
    "stray",
    "",
]
LOOKS = ["", ' s="1"', ' s="3"', ' s="99"', ' t="s"', ' t="inlineStr"', ' s="2" t="n"', ' t="str"', ' t="b"', ' t="e"']
SHARED = [
    "<si><t>采购</t></si>",
    '<si><t xml:space="preserve"> </t><phoneticPr fontId="1" type="noConversion"/></si>',
    "<si><t>a&amp;b</t></si>",
    "<si><r><t>分</t></r><r><t>段</t></r></si>",
]
cells = st.tuples(st.sampled_from(["A", "B", "AB", "AAA", "ZZZ", ""]), st.sampled_from(LOOKS), st.sampled_from(VALUES))
lines = st.tuples(
    st.sampled_from([' r="{}"', ' r="{}" hidden="1"', ' spans="1:3" r="{}"', "", ' r="0{}"']),
    st.lists(cells, max_size=3),
)


def row(number, written):
    attributes, found = written
    inside = "".join(f'<c r="{name}{number}"{look}>{value}</c>' for name, look, value in found if name)
    attributes = attributes.format(number)
    return f"<row{attributes}>{inside}</row>" if inside else f"<row{attributes}/>"


def outcome(rows, shared, odd):
    """What reading gives: the sheet, or the words of the refusal."""
    body = "".join(row(number, written) for number, written in enumerate(rows, 1))
    made = f'<worksheet xmlns="{MAIN}"><cols><col min="2" max="2" hidden="1"/></cols><sheetData>{odd}{body}</sheetData></worksheet>'
    package = parts({"人员": made}) | {"xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{odd}{"".join(shared)}</sst>'}
    try:
        return workbooks.read(packages.Package(zipped(package))).sheets
    except Refused as refused:
        return str(refused)


def test_every_form_of_a_cell_alone():
    """A sheet of one column shows each form, also below a row of the same shape.

    Beside an odd one the plain ones are the parser's too.
    """
    for look, value in product(LOOKS, VALUES):
        for name, above in (("A", "<v>0</v>"), ("B", "<is><t>甲</t></is>"), ("AAA", "")):
            rows = [(' r="{}"', [(name, look, each)]) for each in (above, value) if each or not above]
            assert outcome(rows, SHARED[:3], "") == outcome(rows, SHARED[:3], ODD), (name, look, value)


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(lines, max_size=4), shared=st.lists(st.sampled_from(SHARED), max_size=4))
def test_plain_rows_are_read_as_the_parser_reads_them(rows, shared):
    """The same sheet with a comment in it is left to the parser."""
    assert outcome(rows, shared, "") == outcome(rows, shared, ODD)
