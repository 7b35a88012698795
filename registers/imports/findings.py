"""What is to be said about a file: faults, notices and questions, each with its sheet and cell.

Pure: no Django.
"""

from dataclasses import dataclass

FAULT, NOTICE = "fault", "notice"
MOST_CELLS = 8  # of one finding


def cells_in_words(cells):
    """Return the first of some cells in words, and how many there are where not all are named."""
    named = list(dict.fromkeys(cells))
    return "、".join(named[:MOST_CELLS]) + (f" 等 {len(named)} 处" if len(named) > MOST_CELLS else "")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing about one cell, or about a sheet where ``cell`` is "": what is wrong, and the ``remedy``.

    A ``fault`` keeps the whole file from being taken over, a ``notice`` does not.
    """

    level: str
    sheet: str
    cell: str
    text: str
    remedy: str = ""

    @property
    def place(self):
        return f"{self.sheet}!{self.cell}" if self.cell else self.sheet


@dataclass(slots=True)
class _Many:
    """One thing about several cells of a sheet."""

    level: str
    said: tuple  # sheet, text, remedy
    cells: list

    def as_finding(self):
        sheet, text, remedy = self.said
        counted = f"{text}（{len(self.cells)} 处）" if len(self.cells) > 1 else text
        return Finding(self.level, sheet, cells_in_words(self.cells), counted, remedy)


@dataclass(frozen=True, slots=True)
class Question:
    """What a person has to say before a file can be taken over.

    ``key`` names it, ``options``: [(value, label)], none where the answer is typed. ``cells``: where it comes from.
    ``default``: what counts until somebody answers, "" where the file waits for the answer. ``given``: the answer.
    ``proposed``: what a typed answer may be, which counts only once somebody has given it.
    """

    key: str
    text: str
    options: tuple
    cells: str = ""
    default: str = ""
    given: str = ""
    proposed: str = ""

    @property
    def is_open(self):
        return not (self.given or self.default)


class Report:
    """Gathers the findings and questions of one reading.

    ``answers``: question key → value, as given before.
    """

    def __init__(self, answers=None):
        self.answers, self._said, self.asked = answers or {}, [], {}
        self._of_many = {}  # (sheet, text, remedy) → _Many

    def fault(self, sheet, cell, text, remedy=""):
        """Say that a cell cannot be taken over."""
        self._said.append(Finding(FAULT, sheet, cell, text, remedy))

    def fault_of_many(self, sheet, cell, text, remedy=""):
        """Say what is wrong with one more cell. The same about several cells of a sheet is one finding."""
        key = (sheet, text, remedy)
        if key not in self._of_many:
            self._of_many[key] = _Many(FAULT, key, [])
            self._said.append(self._of_many[key])
        self._of_many[key].cells.append(cell)

    def is_open(self, key):
        """Whether a question is asked and not answered yet. What depends on its answer is no fault until then."""
        return key in self.asked and self.asked[key].is_open

    def notice(self, sheet, cell, text, remedy=""):
        """Say what one should know about a cell."""
        self._said.append(Finding(NOTICE, sheet, cell, text, remedy))

    def ask(self, key, text, options, cells="", default=""):
        """Return the answer to a question, its default while nobody has given one that it offers.

        Each key is asked once.
        """
        if key not in self.asked:
            given = self.answers.get(key, "")
            given = given if given in {value for value, _ in options} else ""
            self.asked[key] = Question(key, text, tuple(options), cells, default, given)
        return self.asked[key].given or self.asked[key].default

    def propose(self, key, text, proposed, cells=""):
        """Return what somebody has typed as the answer to a question, "" while nobody has.

        ``proposed`` stands in its field until then.
        """
        self.asked[key] = Question(key, text, (), cells, given=self.answers.get(key, ""), proposed=proposed)
        return self.asked[key].given

    @property
    def findings(self):
        """All findings in the order in which they came up."""
        return [each.as_finding() if isinstance(each, _Many) else each for each in self._said]

    @property
    def questions(self):
        """All questions in the order in which they came up."""
        return list(self.asked.values())

    @property
    def has_faults(self):
        return any(each.level == FAULT for each in self._said)

    @property
    def faults(self):
        return [finding for finding in self.findings if finding.level == FAULT]

    @property
    def notices(self):
        return [finding for finding in self.findings if finding.level == NOTICE]

    @property
    def open_questions(self):
        return [question for question in self.questions if question.is_open]
