"""The rows of a sheet, taken out of its XML before a parser sees it: four times as fast.

Only the plain form that programs write is taken: a cell with its address first and one value, a shared text without
looks. Whatever else stands there is left to the parser, which then reads the part from its beginning (``Unusual``), and
which alone says what is wrong. A test holds both together. Pure: no Django.
"""

import re
from functools import lru_cache

from registers.imports.grid import MOST_CHARACTERS, letters

_ATTRIBUTES = r'((?: [A-Za-z0-9:]++="[^"<&]*+")*+)'
_ROW = re.compile(rf'\s*<row(?: r="([1-9][0-9]*)")?{_ATTRIBUTES} ?(/?)>')
_SPACE = r'(?: xml:space="preserve")?'
_VALUE = rf"(?:<v>([^<]*+)</v>|<is><t{_SPACE}>([^<]*+)</t></is>)?+"
_FORMULA = r'(?:<f(?: [A-Za-z]++="[^"<&]*+")*+(?:/>|>([^<]*+)</f>))?+'
# The last form is any other tag.
_CELL = re.compile(rf'<c r="([A-Z]{{1,2}}+)([1-9][0-9]*+)"{_ATTRIBUTES} ?(?:/>|>{_FORMULA}{_VALUE}</c>)|<')
# The forms of a cell whose address and attributes are known: with a value, with a text in it, with nothing.
_FORMS = (r" ?><v>([^<]*+)</v></c>", rf" ?><is><t{_SPACE}>([^<]*+)</t></is></c>", r" ?(?:/>|></c>)")
_TEXT = re.compile(rf"<si><t{_SPACE}>([^<]*)</t>(?:<phoneticPr{_ATTRIBUTES}/>)?(</si>)|<")
_ATTRIBUTE = re.compile(r' ([A-Za-z0-9:]+)="([^"]*)"')
_NEVER = bytes({*range(32)} - {9, 10})  # a parser would make a line break of 13
_ODD = (b"]]>", b"<!", b"<?", b"\xef\xbf\xbe", b"\xef\xbf\xbf")
_REFERENCE = re.compile(r"&(?:(amp|lt|gt|quot|apos)|#([0-9]{1,7})|#x([0-9A-Fa-f]{1,6}));")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_CHARACTERS = ((9, 10), (13, 13), (32, 0xD7FF), (0xE000, 0xFFFD), (0x10000, 0x10FFFF))  # what XML may name
COLUMNS = {letters(column): column for column in range(1, 703)}  # A to ZZ, as far as a plain row goes
_MOST_BEFORE = 1 << 20  # bytes before the first row
_MOST_OF_ONE = 8 << 20  # bytes of a row


class Unusual(Exception):
    """A part has another form than programs give it."""


def taken_out(pieces, take, *, begin, between, end):
    """Give the ``pieces`` of a part without what stands between the tags ``begin`` and ``end``.

    That goes to ``take`` as text, up to some tag ``between`` at a time. Raises ``Unusual``, and what ``take`` raises.
    """
    before, found = b"", None
    while found is None:
        before += _next(pieces)
        found = re.search(rb"<%b(?: [^<>]*[^/])?>" % begin, before)
        if len(before) > _MOST_BEFORE:
            raise Unusual
    head, left = before[: found.end()], before[found.end() :]
    if b"encoding" in head[:200] and not re.search(rb"encoding=[\"']utf-8[\"']", head[:200], re.IGNORECASE):
        raise Unusual
    yield head
    while end not in left:
        body, found, left = left.rpartition(between)
        take(_text(body + found))
        if len(left) > _MOST_OF_ONE:
            raise Unusual
        left += _next(pieces)
    body, found, after = left.partition(end)
    take(_text(body))
    yield found + after
    yield from pieces


def _next(pieces):
    """Return the next piece. A part that ends here is the parser's to complain about."""
    piece = next(pieces, b"")
    if not piece:
        raise Unusual
    return piece


def _text(body):
    if len(body.translate(None, _NEVER)) < len(body) or any(odd in body for odd in _ODD):
        raise Unusual
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise Unusual from None


@lru_cache(maxsize=2_000)
def plain(text):
    """Return a text with its references resolved. Raises ``Unusual`` for one that means no character."""
    made, count = _REFERENCE.subn(_character_of, text)
    if count != text.count("&"):
        raise Unusual
    return made


def _character_of(match):
    return _character(match[0])


@lru_cache(maxsize=20_000)
def _character(reference):
    name, decimal, hexadecimal = _REFERENCE.match(reference).groups()
    if name:
        return _NAMED[name]
    code = int(decimal) if decimal else int(hexadecimal, 16)
    if not any(first <= code <= last for first, last in _CHARACTERS):
        raise Unusual
    return chr(code)


def attributes_of(text):
    """Return the attributes of a tag as a dictionary."""
    return dict(_ATTRIBUTE.findall(text))


def rows(text):
    """Give (number, attributes, its text, where its cells begin) of each row. Raises ``Unusual``.

    Number and attributes are texts.
    """
    *filled, rest = text.split("</row>")
    for row in filled:
        match = _ROW.match(row)
        while match and match[3]:  # a row without cells
            yield match[1], match[2], "", 0
            match = _ROW.match(row, match.end())
        if match is None:
            raise Unusual
        yield match[1], match[2], row, match.end()
    start = 0
    while match := _ROW.match(rest, start):
        if not match[3]:
            raise Unusual
        yield match[1], match[2], "", 0
        start = match.end()
    if rest[start:].strip():
        raise Unusual


def cells(row, start):
    """Return (letters, row number, attributes, formula, value, text) of each cell of a row.

    Those of any other tag are empty.
    """
    return _CELL.findall(row, start)


def shape_of(cells):
    """Return the form of a row as a pattern that gives its number and values, None for formulas.

    Most rows of a sheet have the cells of the row above with other values, so that one match reads them all.
    """
    parts = []
    for letters_of, _, attributes, formula, value, text in cells:
        if formula:
            return None
        number = r"\1" if parts else "([1-9][0-9]*+)"
        parts.append(rf'<c r="{letters_of}{number}"{re.escape(attributes)}{_FORMS[0 if value else 1 if text else 2]}')
    return re.compile("".join(parts)) if parts else None


def texts(text):
    """Return the shared texts in ``text``. Raises ``Unusual``."""
    found = _TEXT.findall(text)
    if not all(last for _, _, last in found) or any(len(each) > MOST_CHARACTERS for each, _, _ in found):
        raise Unusual
    return [plain(each) for each, _, _ in found]
