"""What is to be said about a file: faults, notices and questions, each with its sheet and cell. Pure: no Django."""

from dataclasses import asdict, dataclass

FAULT, NOTICE = "fault", "notice"
MOST_SHOWN = 500


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


@dataclass(frozen=True, slots=True)
class Question:
    """What a person has to say before a file can be taken over.

    ``key`` names it, ``options``: [(value, label)]. ``cells``: where it comes from.
    """

    key: str
    text: str
    options: tuple
    cells: str = ""


class Report:
    """Gathers the findings and questions of one reading. ``answers``: question key → value, as given before."""

    def __init__(self, answers=None):
        self.answers, self.findings, self.questions, self.asked = answers or {}, [], [], {}

    def fault(self, sheet, cell, text, remedy=""):
        """Say that a cell cannot be taken over."""
        self.findings.append(Finding(FAULT, sheet, cell, text, remedy))

    def notice(self, sheet, cell, text, remedy=""):
        """Say what one should know about a cell."""
        self.findings.append(Finding(NOTICE, sheet, cell, text, remedy))

    def ask(self, key, text, options, cells=""):
        """Return the answer to a question, "" while nobody has given one that it offers."""
        if key not in self.asked:
            self.asked[key] = len(self.questions)
            self.questions.append(Question(key, text, tuple(options), cells))
        given = self.answers.get(key, "")
        return given if given in {value for value, _ in self.questions[self.asked[key]].options} else ""

    @property
    def faults(self):
        return [finding for finding in self.findings if finding.level == FAULT]

    @property
    def open_questions(self):
        return [question for question in self.questions if not self.ask(question.key, "", ())]

    def packed(self):
        """Return all of it as JSON holds it."""
        return {
            "findings": [asdict(finding) for finding in self.findings],
            "questions": [asdict(question) for question in self.questions],
        }
