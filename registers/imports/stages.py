"""To which stage of a measure a text belongs: by its column, or by words in the cell. Pure: no Django."""

import re

from registers.imports.vocabulary import STAGE_MARKS, STAGE_WORDS

EARLY, MIDDLE, LATE = FIELDS = ("early", "middle", "late")
_SAID = re.compile(
    rf"(?:^|(?<=[\n。；;\s]))[ \t\u3000]{{0,8}}[(（【\[]?({'|'.join(STAGE_WORDS)})(?:措施|防控|预防|监控)?[)）】\]]?\s*[：:]\s*"
)


def by_words(text):
    """Return field → text of a cell that names its stages (前期：… 中期：…), "" → what stands before the first."""
    marks = list(_SAID.finditer(text))
    if not marks:
        return {"": text.strip()}
    found = {"": text[: marks[0].start()].strip()}
    for match, end in zip(marks, [*(mark.start() for mark in marks[1:]), len(text)], strict=True):
        field = STAGE_WORDS[match[1]]
        said = text[match.end() : end].strip()
        found[field] = f"{found[field]}\n{said}" if field in found else said
    return {field: said for field, said in found.items() if said}


def stage_of(field, stages):
    """Return the code of the stage of a rule book that a field means, "" where it has no such stage.

    ``stages``: (code, label) each, in their order.
    """
    if len(stages) == 1:
        return stages[0][0]
    named = [code for code, label in stages if any(part in label for part in STAGE_MARKS[field])]
    if len(named) == 1:
        return named[0]
    return stages[FIELDS.index(field)][0] if len(stages) == len(FIELDS) else ""
