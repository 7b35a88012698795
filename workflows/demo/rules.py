"""The demo's regulations, and its measures: who carries them out, by when, and notes on how it goes."""

from dataclasses import dataclass
from datetime import date
from itertools import islice

from registers import regulations
from registers.access import can
from registers.models import Appointment, ControlMeasure, Regulation, User
from registers.responsible import people_of, together, with_names
from workflows import controls
from workflows.deadlines import days
from workflows.demo.corpus import dice
from workflows.demo.year import moment
from workflows.models import MeasureCheck, MeasureProgress
from workflows.supervision import checks

DUE_IN = (-24, -6, 9, 12, 45, 80)  # days from the demo's day
DUE_EVERY, NAMED_EVERY = 5, 3
LAST_YEARS = (2, 12)  # how many years ago a regulation was issued
# The notes, by state; used in turn.
NOTES = (
    ("done", "已按措施执行：本学期逐笔复核，抽查 20 笔，未发现异常，复核记录已归档。"),
    ("under_way", "已制定检查清单，上半年完成一次自查，下半年的检查安排在期末前进行。"),
    ("not_done", "因人员调整，复核岗位暂缺，拟下月起由其他同志兼任，届时补做。"),
)
NOTES_MADE = 9
IN_TIME_DAYS, FORGOTTEN = 12, 4  # working days before the demo's day, of every so many measures one is left undone
IN_TIME = "已按措施办理，记录齐全，经办人和复核人均已签字。"
CHECKED = "现场查阅复核记录，抽查 20 笔，均有第二人签字，与记录一致。"


@dataclass(frozen=True)
class Planned:
    """A regulation of the corpus.

    ``unit``: code of the unit that it is listed under. It and ``issued_by`` are empty where the school is meant.
    """

    domain: str
    unit: str
    name: str
    document_number: str
    issued_by: str
    effective_on: date | None
    state: str
    remark: str


class Regulations:
    """The school's and the units' regulations from the corpus.

    Those of the party and the school's office are the school's, the others belong to the unit that runs the domain.
    """

    def __init__(self, campus):
        self.campus, self._rows = campus, []
        chance = dice(campus.seed, "regulations")
        self.planned = [self._plan(entry, chance) for entry in campus.corpus.regulations]

    def _plan(self, entry, chance):
        owner = next((place for place in self.campus.places if entry["domain"] in place.facts["domains"]), None)
        year = self.campus.year.number - chance.randint(*LAST_YEARS)
        issued = date(year, chance.randint(1, 12), chance.randint(1, 28))
        drafted = entry["number"] is None
        of_school = owner is None or (entry["number"] or "").startswith(("党", "校发", "校办"))
        return Planned(
            domain=entry["domain"],
            unit="" if of_school else owner.code,
            name=entry["name"],
            document_number="" if drafted else entry["number"].format(year=year, n=chance.randint(1, 60)),
            issued_by=owner.name if owner else "",
            effective_on=None if drafted else issued,
            state=entry["status"],
            remark="列入本年度制度建设计划" if drafted else "",
        )

    def find(self):
        """Find those on record, in the order of the plan."""
        found = {(row.unit_id, row.name): row for row in Regulation.objects.all()}
        units = {"": self.campus.root} | {place.code: place.unit for place in self.campus.places}
        self._rows = [(one.domain, found[units[one.unit].pk, one.name]) for one in self.planned]

    def of(self, domain, unit):
        """The regulations of a domain that hold in ``unit``: the school's and its own."""
        return [row for name, row in self._rows if name == domain and row.unit_id in (self.campus.root.pk, unit.pk)]

    def link(self, items):
        """Link powers to the regulations of their domain. ``items``: ``(power item, domain of the corpus)``."""
        powers = {}
        for item, domain in items:
            for row in self.of(domain, item.unit)[:2]:
                powers.setdefault(row, []).append(item.series)
        for row, series in powers.items():
            regulations.link(row, series)

    def arrange(self, measures, risk, place, number):
        """Set who carries out the first measure of the ``number``-th point, by when, on which basis.

        Only for some of the points.
        """
        if not measures or number % NAMED_EVERY:
            return
        first = measures[0]
        first.regulation = next(iter(self.of(risk.domain, place.unit)), None)
        if number % 2:
            first.responsible = self._named(place, number)
        if number % DUE_EVERY == 0:
            ahead = DUE_IN[number // DUE_EVERY % len(DUE_IN)]
            for measure in measures if place.is_home else measures[:1]:
                measure.due_on = days.add_days(self.campus.year.today, ahead)

    @staticmethod
    def _named(place, number):
        """Name one person for most measures, two people, a post or the office for some."""
        first, second = place.seats[1], place.seats[-1]
        named = {0: [first.user, second.user], 1: [first.post], 2: [place.unit]}.get(number // 2 % 8, [first.user])
        return together(named)


def carried_out(campus, agenda, actor_of, *, in_time):
    """A journey: heads note how some measures of their units are carried out, one a day in the last days.

    ``in_time``: most of those that fall due by the demo's day have been carried out before.
    """
    past = [day for day in agenda.days if day < campus.year.today]
    if in_time and len(past) > IN_TIME_DAYS:
        yield moment(past[-IN_TIME_DAYS], 11)
        _carried_out_in_time(campus, agenda, actor_of)
    measures = ControlMeasure.objects.in_force(agenda.today).filter(due_on__isnull=False).order_by("pk")
    heads = _heads(campus)
    chosen = [measure for measure in measures if measure.unit_id in heads]
    home = [measure for measure in chosen if measure.unit_id == campus.home.unit.pk]
    rest = [measure for measure in chosen if measure.unit_id != campus.home.unit.pk]
    noted = islice([*home[:3], *rest], NOTES_MADE)
    for number, (measure, day) in enumerate(zip(noted, past[-NOTES_MADE:], strict=False)):
        yield moment(day, 11)
        # All stages of one point of the home unit are carried out, so that its actual grade falls.
        state, text = NOTES[0 if number < len(home[:3]) else number % len(NOTES)]
        in_force = ControlMeasure.objects.in_force(agenda.today).filter(pk=measure.pk)
        if in_force.exists():
            _note(measure, heads, actor_of, agenda, state=state, text=text)


def _carried_out_in_time(campus, agenda, actor_of):
    heads = _heads(campus)
    due = ControlMeasure.objects.in_force(agenda.today).filter(due_on__lte=campus.year.today, unit__in=heads)
    for number, measure in enumerate(with_names(due).order_by("pk"), 1):
        if number % FORGOTTEN:
            _note(measure, heads, actor_of, agenda, state=MeasureProgress.State.DONE, text=IN_TIME)


def _heads(campus):
    return {place.unit.pk: place.head.user for place in campus.places}


def _note(measure, heads, actor_of, agenda, **said):
    named = [measure.responsible] if measure.responsible_id else []
    people = [user for meant in people_of(named, agenda.today).values() for user in meant]
    user = User.objects.get(pk=people[0]) if people else heads[measure.unit_id]
    controls.note(measure.pk, **said, actor=actor_of(user), at=agenda.at)
    _check(measure, actor_of, agenda)


def _check(measure, actor_of, agenda):
    """Somebody of the office checks what is said to be carried out, where the scheme has measures checked."""
    office = Appointment.objects.in_force(agenda.today).filter(role="office").select_related("user").first()
    if office is None or measure.progress.first().state != MeasureProgress.State.DONE:
        return
    actor = actor_of(office.user)
    if can(actor, "check", MeasureCheck(measure=measure)):
        checks.check(measure.pk, result="verified", text=CHECKED, actor=actor, at=agenda.at)
