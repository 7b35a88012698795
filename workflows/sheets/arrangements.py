"""What a sheet says of a measure besides its text: who, by when, on which regulation.

Source: R0-20, R3-31.
"""

from datetime import date
from functools import cached_property

from django.db.models import Q

from registers import clock, regulations
from registers.models import Incumbency, User
from workflows.sheets.fields import Field

LABELS = {"responsible": "责任人", "due": "完成时限", "regulation": "依据制度"}
KINDS = {"responsible": "person", "due": "date", "regulation": "select"}
YEARS_AHEAD = 10


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
            Field(f"{stage}.{ask}", LABELS[ask], KINDS[ask], tuple(self.regulations if ask == "regulation" else ()))
            for ask in self.arranged
        ]

    def arrangement_values(self, measure, stage):
        """What is on record about a measure (None: nothing yet), as the form holds it."""
        values = {
            "responsible": number_and_name(measure.responsible) if measure and measure.responsible else "",
            "due": measure.due_on.isoformat() if measure and measure.due_on else "",
            "regulation": str(measure.regulation_id or "") if measure else "",
        }
        return {f"{stage}.{ask}": values[ask] for ask in self.arranged}

    @cached_property
    def people(self):
        """Whom a measure may be given to: people of the unit, of those above it and of those below it."""
        unit = self.submission.unit
        around = [
            *unit.ancestors().values_list("pk", flat=True),
            *unit.descendants(include_self=True).values_list("pk", flat=True),
        ]
        in_post = Incumbency.objects.in_force(clock.today()).filter(post__unit=unit)
        return User.objects.filter(Q(unit__in=around) | Q(pk__in=in_post.values("user")), is_active=True)

    @cached_property
    def colleagues(self):
        """The unit's own people as a list to choose from: ``工号 姓名``."""
        own = User.objects.filter(unit=self.submission.unit_id, is_active=True)
        return [number_and_name(user) for user in own.order_by("sort_key", "number")]

    @cached_property
    def regulations(self):
        """``[(key, name)]`` of the regulations that a measure may name."""
        return [(str(row.pk), row.name) for row in regulations.usable(self.submission.unit)]

    def people_named(self, entries):
        """Typed text → the person meant by it, for all entries at once, None where nobody can be meant."""
        typed = {
            text
            for entry in entries
            for stage in self.rules.measure_stages
            if (text := entry["values"].get(f"{stage.code}.responsible", "").strip())
        }
        typed -= set(self._named)
        if typed:
            numbers = {text: text.split()[0] for text in typed}
            by_number = {user.number: user for user in self.people.filter(number__in=numbers.values())}
            by_name = {}
            for user in self.people.filter(name__in=typed):
                by_name.setdefault(user.name, []).append(user)
            for text in typed:
                namesakes = by_name.get(text, [])
                self._named[text] = by_number.get(numbers[text]) or (namesakes[0] if len(namesakes) == 1 else None)
        return self._named

    @cached_property
    def _named(self):
        return {}

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
        if measure is not None and text == number_and_name(measure.responsible):
            return ""  # as it is on record; whoever has left since is not the filler's fault
        return (
            ""
            if self.people_named([entry]).get(text)
            else "没有找到这个人，或同名不止一人。请填本单位或上下级单位人员的工号。"
        )

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
        values = {name: getattr(measure, name, None) for name in ("responsible_id", "due_on", "regulation_id")}
        for ask in self.arranged:
            text = entry["values"].get(f"{stage}.{ask}", "").strip()
            if ask == "responsible":
                values["responsible_id"] = self._person_id(text, measure, entry)
            elif ask == "due":
                values["due_on"] = read_day(text)
            else:
                values["regulation_id"] = int(text) if text else None
        return values

    def _person_id(self, text, measure, entry):
        if not text:
            return None
        if measure is not None and text == number_and_name(measure.responsible):
            return measure.responsible_id
        return self.people_named([entry])[text].pk


def number_and_name(user):
    """A person as the form's list offers him (``工号 姓名``), empty for nobody."""
    return f"{user.number} {user.name}" if user else ""


def read_day(text):
    """A day as a date input sends it, None for any other text."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def words_of(measure):
    """Who, when and on which basis, in one line, empty where nothing was said."""
    parts = [
        (LABELS["responsible"], measure.responsible.name if measure.responsible_id else ""),
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
            people.append(measure.responsible.name)
        if measure.due_on:
            columns[f"measures.{measure.stage}.due"] = measure.due_on.isoformat()
        if measure.regulation_id:
            columns[f"measures.{measure.stage}.regulation"] = measure.regulation.name
    if people:
        columns["responsible_person"] = "、".join(dict.fromkeys(people))
    return columns
