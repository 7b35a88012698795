"""Characters of a paper that no typeface can print: which, and where they stand.

A warning for whoever fills, reads or signs it, no refusal: a name may really have such a character.
"""

from registers.papers import faces


def unprintable(places):
    """Return in sentences the characters that would print as boxes, each with where it stands.

    ``places``: pairs of a place in words and the text there.
    """
    found = {}
    for place, text in places:
        for character in faces.missing(text):
            found.setdefault(character, {})[place] = None  # a dict keeps their order
    return [f"“{character}”（U+{ord(character):04X}）：{'、'.join(where)}" for character, where in found.items()]


def places_of(paper):
    """Yield ``(place in words, text)`` for everything that a ``Paper`` shows of what people typed."""
    yield "标题", paper.heading + paper.title
    for field in (field for row in paper.header for field in row):
        yield field.label, field.text
    for text in paper.paragraphs:
        yield "正文", text
    heads = {cell.column: cell.text for row in paper.head_rows for cell in row if cell.colspan == 1}
    for number, row in enumerate(paper.body, 1):
        for cell in row:
            yield f"第{number}行“{heads.get(cell.column, '')}”", cell.text
    for block in (block for row in paper.footer for block in row):
        yield block.label, "".join((*block.lines, block.name))
    for text in (*paper.closing, *paper.notes):
        yield "落款和附注", text
