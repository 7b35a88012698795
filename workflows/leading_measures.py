"""Whether heads have measures for their own risk points first (带头制定措施).

What counts are the points in force that those who lead a unit hold, or that stand on a post that leads: which have a measure in
force, and which of their measures are past their day and not carried out. Source: R0-30, and the same words in R1, R3 and R4.
"""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from registers.models import ControlMeasure, Post, RiskPoint
from workflows import responsibilities
from workflows.progress.leading import leaders_of


@dataclass(frozen=True)
class Led:
    """The own points of those who lead a unit.

    How many ``points``, how many of them ``covered`` by a measure, and how many with one that is ``late``.
    """

    points: int
    covered: int
    late: int

    @property
    def is_led(self):
        return self.covered == self.points and not self.late

    @property
    def words(self):
        """How it stands, in a sentence."""
        said = f"本人风险点 {self.points} 个，已有措施 {self.covered} 个"
        return f"{said}，其中 {self.late} 个的措施逾期" if self.late else said

    @property
    def tag(self):
        """The stand as words and the tone of a tag."""
        if self.is_led:
            return "已带头", "ok"
        return ("措施逾期", "danger") if self.late else ("措施不全", "warn")


def of_units(units, rules, *, holding):
    """Return unit id → ``Led`` of the units whose leaders have points of their own.

    One query beside those of ``holding``. Only numbers are told, so no reader's scope applies.
    ``units``: rows. Empty where the scheme asks for no good example.
    """
    asked = rules.duties.leaders_first
    if asked is None:
        return {}
    measures = ControlMeasure.objects.in_force(holding.on).filter(point_series=OuterRef("series"))
    late = measures.filter(responsibilities.UNDONE, due_on__lt=holding.on)
    points = RiskPoint.objects.in_force(holding.on).filter(unit__in=units, category__scheme__slug=rules.identity.slug)
    points = points.annotate(has_measure=Exists(measures), has_late=Exists(late)).order_by()
    found = {}
    for unit, holder, tier, covered, is_late in points.values_list(
        "unit_id", "holder_id", "post__tier", "has_measure", "has_late"
    ):
        if tier == Post.Tier.LEADING or holder in leaders_of(unit, holding, asked.seats):
            found.setdefault(unit, []).append((covered, is_late))
    return {
        unit: Led(len(marks), sum(covered for covered, _ in marks), sum(is_late for _, is_late in marks))
        for unit, marks in found.items()
    }


def log_rows(*, units, rules, holding):
    """The good example in measures of ``units`` as rows of the search log.

    On the day of ``holding``. Source: R1-52.
    """
    led = of_units(units, rules, holding=holding)
    return [
        {
            "unit": unit.name,
            "at": f"{holding.on:%Y-%m-%d}",
            "task": "带头制定措施",
            "place": unit.name,
            "step": led[unit.pk].tag[0],
            "person": "",
            "text": f"负责人{led[unit.pk].words}",
        }
        for unit in units
        if unit.pk in led
    ]
