"""Sheets that are no tables but cards, one a power or a post: labels with their values beside them.

Pure: no Django.
A card ends where a label comes again. What stands beside a label that is merged down counts line by line.
"""

from registers.imports.heads import field_of, is_known
from registers.imports.synonyms import NEEDED, POSTS, POWERS

KINDS = (POSTS, POWERS)  # what institutions keep in cards
LEAST_ROWS = 2


def cards_of(sheet, kind):
    """Return the cards of a ``kind`` that a sheet holds, none where it is a table.

    A card is label → [(row, column)] of its values.
    """
    if kind not in KINDS:
        return []
    labels, apart, together = [], 0, 0
    for row in sorted(sheet.rows):
        columns = sorted(sheet.rows[row])
        named = [column for column in columns if _is_label(sheet.rows[row][column].text)]
        for column in named:
            beside = next((other for other in columns if other > column), None)
            if beside in named:
                together += 1
            elif beside is not None:
                apart += 1
                labels.append((row, column, beside))
    if together >= apart or len({row for row, *_ in labels}) < LEAST_ROWS:
        return []
    down = {(top, left): bottom for top, left, bottom, _ in sheet.merges}
    cards, [needed] = [{}], NEEDED[kind]
    for row, column, beside in labels:
        label = sheet.rows[row][column].text
        if label in cards[-1]:
            cards.append({})
        rows = range(row, down.get((row, column), row) + 1)
        cards[-1][label] = [(each, beside) for each in rows if sheet.cell(each, beside)]
    return cards if all(any(field_of(label, kind) == needed for label in card) for card in cards) else []


def is_cards(sheet):
    """Whether a sheet holds cards of any kind."""
    return any(cards_of(sheet, kind) for kind in KINDS)


def _is_label(text):
    return len(text) <= 20 and is_known(text)
