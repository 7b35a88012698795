"""What a sheet says of a measure besides its text: who, by when, on which regulation.

Source: R0-20, R3-31.
"""

from datetime import date
from functools import cached_property

from registers import clock, regulations
from registers.responsible import together
from registers.text import clipped
from workflows.sheets.fields import Field
from workflows.sheets.naming import Nameable, names_any, too_many, written_on

LABELS = {"responsible": "责任人", "due": "完成时限", "regulation": "依据制度"}
KINDS = {"responsible": "person", "due": "date", "regulation": "select"}
YEARS_AHEAD = 10
WHOM = "人员请填本单位或上下级单位人员的工号，岗位、单位请从列表中选择。"


class Arranged:
    """What a sheet of measures asks about each of them, as ``measure_asks`` of its task says.

    Values are named ``stage.ask``.
    """

    @property
    def arranged(self):
        """The asks of this task, in their order."""
        return self.task_rules.measure_asks

    def arrangement_fields(self, stage):
        """The fields for what may be said of the measure of a stage."""
        return [
            Field(
                f"{stage}.{ask}",
                LABELS[ask],
                KINDS[ask],
                tuple(self.regulations if ask == "regulation" else ()),
                help=self._whom if ask == "responsible" else "",
            )
            for ask in self.arranged
        ]

    @property
    def _whom(self):
        more = "，多个用“；”分开" if self.rules.several_responsible else ""
        return f"可填人员、岗位或单位{more}。"

    def arrangement_values(self, measure, stage):
        """What is on record about a measure (None: nothing yet), as the form holds it."""
        values = {
            "responsible": written_on(measure),
            "due": measure.due_on.isoformat() if measure and measure.due_on else "",
            "regulation": str(measure.regulation_id or "") if measure else "",
        }
        return {f"{stage}.{ask}": values[ask] for ask in self.arranged}

    @cached_property
    def nameable(self):
        """Whom a measure of this sheet may be given to."""
        return Nameable(self.submission.unit)

    @property
    def colleagues(self):
        """Whom a field offers: the unit's people, its posts, its office and those above."""
        return self.nameable.offered

    @cached_property
    def regulations(self):
        """``[(key, name)]`` of the regulations that a measure may name."""
        return [(str(row.pk), row.name) for row in regulations.usable(self.submission.unit)]

    def read_names(self, entries):
        """Read at once whom all entries name."""
        stages = self.rules.measure_stages
        self.nameable.look_up(
            entry["values"].get(f"{stage.code}.responsible", "") for entry in entries for stage in stages
        )

    def arrangement_faults(self, entry, in_force):
        """What is wrong with who, when and on which basis: field → sentence. ``in_force``: stage → measure."""
        wrong, values = {}, entry["values"]
        for stage in self.rules.measure_stages:
            for ask in self.arranged:
                name = f"{stage.code}.{ask}"
                text = values.get(name, "").strip()
                if text and (fault := getattr(self, f"_{ask}_fault")(text, in_force.get(stage.code), entry)):
                    wrong[name] = f"“{stage.label}”的{LABELS[ask]}：{fault}"
        return wrong

    def _responsible_fault(self, text, measure, entry):
        if text == written_on(measure):
            return ""  # as it is on record; whoever has left since is not the filler's fault
        named, unknown = self.nameable.named(text)
        if unknown:
            return f"没有找到“{clipped(unknown, 30)}”，或同名不止一个。{WHOM}"
        return too_many(named, several=self.rules.several_responsible)

    def _due_fault(self, text, measure, entry):
        day, today = read_day(text), clock.today()
        if day is None:
            return "日期无法识别，请写成 2026-09-30 的样式。"
        if day.year > today.year + YEARS_AHEAD:
            return f"不得晚于 {today.year + YEARS_AHEAD} 年。"
        if day < today and (measure is None or measure.due_on != day):
            return "不得早于今天。"
        return ""

    def _regulation_fault(self, text, measure, entry):
        if measure is not None and text == str(measure.regulation_id):
            return ""
        return "" if text in dict(self.regulations) else "该制度不在制度目录中或已废止，请重新选择。"

    def arrangement_of(self, entry, stage, measure):
        """The columns of a measure that follow from what was typed.

        What the task does not ask for stays as it was.
        """
        values = {name: getattr(measure, name, None) for name in ("responsible", "due_on", "regulation_id")}
        for ask in self.arranged:
            text = entry["values"].get(f"{stage}.{ask}", "").strip()
            if ask == "responsible":
                values["responsible"] = self._responsible(text, measure)
            elif ask == "due":
                values["due_on"] = read_day(text)
            else:
                values["regulation_id"] = int(text) if text else None
        return values

    def _responsible(self, text, measure):
        if text == written_on(measure):
            return measure.responsible if measure is not None else None
        named, _ = self.nameable.named(text)
        return together(named)


def read_day(text):
    """A day as a date input sends it, None for any other text."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def words_of(measure):
    """Who, when and on which basis, in one line, empty where nothing was said."""
    parts = [
        (LABELS["responsible"], measure.responsible.name if names_any(measure) else ""),
        (LABELS["due"], measure.due_on.isoformat() if measure.due_on else ""),
        (LABELS["regulation"], f"《{measure.regulation.name}》" if measure.regulation_id else ""),
    ]
    return "；".join(f"{label}：{value}" for label, value in parts if value)


def facts(measures):
    """Who, when and on which basis by column, for papers.

    ``measures.stage.ask`` → text, ``measures.stage.arranged`` → all of it in one line, and ``responsible_person`` where somebody
    is named.
    """
    columns, people = {}, []
    for measure in measures:
        if said := words_of(measure):
            columns[f"measures.{measure.stage}.arranged"] = said
        if measure.responsible_id:
            columns[f"measures.{measure.stage}.responsible"] = measure.responsible.name
            people += [str(party.who) for party in measure.responsible.parties.all()]
        if measure.due_on:
            columns[f"measures.{measure.stage}.due"] = measure.due_on.isoformat()
        if measure.regulation_id:
            columns[f"measures.{measure.stage}.regulation"] = measure.regulation.name
    if people:
        columns["responsible_person"] = "、".join(dict.fromkeys(people))
    return columns
