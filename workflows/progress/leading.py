"""Whether heads have searched their own risks before the others did (带头查找).

What counts is when each person first handed in, whatever came back later. Source: R0-30, and the same words in R1, R3 and R4.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Min, Q

from registers.models import Post
from registers.schemes.language import Brings, Level
from workflows.deadlines import days
from workflows.models import Decision, Submission
from workflows.models.submissions import State
from workflows.policies import Holding

HEAD = "unit_head"
LED, WAITING, BEHIND = "led", "waiting", "behind"
LABELS = {LED: "已带头", WAITING: "待提交", BEHIND: "未带头"}
TONES = {LED: "ok", WAITING: "off", BEHIND: "warn"}
SHOWN = 20  # units on the board, the gravest first


@dataclass(frozen=True)
class Person:
    """Somebody who owes self-checks.

    Whether one of them is for a post that ``leads``, and when he first handed in each.
    """

    name: str
    leads: bool
    firsts: tuple


@dataclass(frozen=True)
class Line:
    """How one unit stands.

    ``leaders`` who owe a self-check, how many of them have ``handed`` it in, how many ``others`` did, and how many of those ``before`` the
    last of the leaders. ``names`` of the leaders who have not, or, where all have, of all. ``at``: when the last of them did.
    """

    unit: object
    leaders: int
    handed: int
    others: int
    before: int
    names: tuple
    at: datetime | None

    @property
    def state(self):
        """``led``, ``waiting`` (nobody of the others has handed in either) or ``behind``."""
        if self.before:
            return BEHIND
        return LED if self.handed == self.leaders else WAITING

    @property
    def label(self):
        return LABELS[self.state]

    @property
    def tone(self):
        return TONES[self.state]


def lines(rows, rules, *, units, holding):
    """List a ``Line`` for each unit where somebody who leads owes a self-check, the gravest first.

    ``rows``: submissions of one campaign that the reader may know of, ``units``: id → unit, ``holding``: of the day. Empty where the
    scheme asks for no good example. Two queries beside those of ``holding``.
    """
    asked = rules.duties.leaders_first
    if asked is None:
        return []
    owed = _first_hand_ins(rows, rules)
    found = [
        judged(units[pk], people, leaders_of(pk, holding, asked.seats)) for pk, people in owed.items() if pk in units
    ]
    order = [BEHIND, WAITING, LED]
    return sorted(
        (line for line in found if line.leaders),
        key=lambda line: (order.index(line.state), line.unit.position, line.unit.code),
    )


def leaders_of(unit, holding, seats=()):
    """Return the ids of who leads a unit, whatever post he holds.

    Its heads in their own right, and who has one of ``seats`` in its leading group. ``unit``: its id. ``holding``: of the day.
    """
    heads = set(holding.held.get((HEAD, unit), ())) - holding.only_standing_in.get((HEAD, unit), set())
    if not seats:
        return heads
    return heads | {user for seat, user in holding.seats.get(unit, ()) if seat in seats}


def counts(lines):
    """Count the lines by state, in words: ``[(label, number)]`` of those that there are."""
    states = [line.state for line in lines]
    return [(label, states.count(state)) for state, label in LABELS.items() if state in states]


def _first_hand_ins(rows, rules):
    """Return unit → person → ``Person`` of the self-checks among ``rows``."""
    searches = rows.filter(task__code__in=_asked(rules), person__isnull=False, sequence=1).exclude(
        state=State.CANCELLED
    )
    first = Min("decisions__at", filter=Q(decisions__verdict=Decision.Verdict.SUBMIT))
    named = searches.order_by().values_list("unit_id", "person_id", "person__name", "post__tier", "pk")
    units = {}
    for unit, person, name, tier, _, at in named.annotate(first=first):
        people = units.setdefault(unit, {})
        before = people.get(person, Person(name, False, ()))
        people[person] = Person(name, before.leads or tier == Post.Tier.LEADING, (*before.firsts, at))
    return units


def _asked(rules):
    """The codes of the tasks that are self-checks."""
    return [task.code for task in rules.tasks if task.brings == Brings.POINTS and task.level == Level.PERSONAL]


def judged(unit, people, heads):
    """Compare when the people of a unit first handed in.

    ``people``: id → ``Person``, ``heads``: ids of those who lead whatever their post. Who leads has handed in when all his
    sheets are there, a colleague with his first.
    """
    led = {key: person for key, person in people.items() if person.leads or key in heads}
    others = [
        min(filter(None, person.firsts)) for key, person in people.items() if key not in led and any(person.firsts)
    ]
    missing = sorted(person.name for person in led.values() if None in person.firsts)
    last = max(max(person.firsts) for person in led.values()) if led and not missing else None
    before = sum(last is None or at < last for at in others)
    names = tuple(missing or sorted(person.name for person in led.values()))
    return Line(unit, len(led), len(led) - len(missing), len(others), before, names, last)


def hint(submission, *, on):
    """Return what a colleague's sheet says while those who lead have not handed in theirs.

    Empty where the scheme asks for no hint.
    """
    task, rules = submission.task, submission.task.campaign.scheme.rules
    asked = rules.duties.leaders_first
    if asked is None or not asked.hint or task.code not in _asked(rules):
        return ""
    heads = leaders_of(submission.unit_id, Holding(on), asked.seats)
    if submission.person_id in heads or submission.post.tier == Post.Tier.LEADING:
        return ""
    owed = Submission.objects.filter(task=submission.task_id, unit=submission.unit_id)
    owed = owed.filter(Q(person__in=heads) | Q(post__tier=Post.Tier.LEADING))
    owed = owed.filter(submitted_at=None).exclude(state=State.CANCELLED)
    return asked.text if owed.exists() else ""


def log_rows(*, units, on, rules, reader=None):
    """The good example of ``units`` as rows of the search log.

    One for each unit where all who lead have handed in. Source: R1-52.
    """
    known = Submission.objects.listed_to(reader) if reader else Submission.objects.all()
    rows = known.filter(unit__in=units, task__campaign__year=on.year)
    found = []
    for line in lines(rows, rules, units={unit.pk: unit for unit in units}, holding=Holding(on)):
        if line.at is None or days.local(line.at).date() > on:
            continue
        order = "早于其他人员" if line.state == LED else f"晚于其他 {line.before} 人"
        found.append(
            {
                "unit": line.unit.name,
                "at": f"{days.local(line.at):%Y-%m-%d %H:%M}",
                "task": "带头查找",
                "place": line.unit.name,
                "step": line.label,
                "person": "、".join(line.names),
                "text": f"负责人 {line.leaders} 人已提交自查表，{order}",
            }
        )
    return found
