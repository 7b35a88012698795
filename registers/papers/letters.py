"""The running text of a letter or report, as GB/T 9704 sets it.

Pure: no Django.
"""

import re
from math import ceil

from registers.papers.words import BLANK_TEXT, chinese_date, words
from registers.schemes.layout import PLACEHOLDER

ACROSS, LINES = 28, 22  # characters of a line and lines of a page (GB/T 9704)
_AROUND = 9  # lines that heading, title, date and seal take
USUAL = {"stamp": "盖章"}  # what a field says where nothing else is known
_NUMBER = "[一二三四五六七八九十]{1,3}"


def filled(text, values):
    """Return ``text`` with its placeholders replaced. Unknown values leave room to write."""

    def fill(match):
        value = values.get(match[2])
        return chinese_date(value) if match[1] else words(value) or USUAL.get(match[2], BLANK_TEXT)

    return PLACEHOLDER.sub(fill, text)


def paragraphs(layout, values, *, blank):
    """Return the paragraphs of a letter.

    A value that is a whole paragraph brings its own paragraphs. Where it is missing, an empty form has empty lines to
    write on and fills its page.
    """
    texts, room = [], _room(layout) if blank else 1
    for text in layout.paragraphs:
        alone = PLACEHOLDER.fullmatch(text)
        if alone and not alone[1]:
            written = [line.strip() for line in words(values.get(alone[2])).split("\n")]
            texts += [line for line in written if line] or [""] * room
        else:
            texts += filled(text, values).split("\n")
    return tuple(texts)


def with_kinds(texts):
    """Return paragraphs as ``(kind, text)``.

    A kind is ``salutation``, ``heading-1``, ``heading-2`` or ``body``. Source: GB/T 9704.
    """
    return [(_kind(text, first=at == 0), text) for at, text in enumerate(texts)]


def _kind(text, *, first):
    if first and text.endswith("："):
        return "salutation"
    if len(text) <= ACROSS and not re.search("[。：]", text[:-1]):  # a heading says nothing yet
        if re.match(rf"{_NUMBER}、", text):
            return "heading-1"
        if re.match(rf"（{_NUMBER}）", text):
            return "heading-2"
    return "body"


def _room(layout):
    """Return how many empty lines each missing text gets, so that the form fills its page."""
    alone = [text for text in layout.paragraphs if PLACEHOLDER.fullmatch(text)]
    told = sum(ceil((len(text) + 2) / ACROSS) for text in layout.paragraphs if text not in alone)
    signed = sum(max(block.lines, 2) + 1 for block in layout.footer)
    return max(3, (LINES - _AROUND - told - signed - len(layout.header)) // max(1, len(alone)))
