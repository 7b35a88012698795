"""What a change of people, roles, units or posts will do to running sheets, seen before it is made.

The change is made, the sheets are looked at with the rule of the deciders, and everything is taken back. So what is shown and what
then happens come from the same code. Neighbours: who gets what nobody can take any more (``reseating``), which sheets begin and end
with a change of staff (``workflows.campaign.rosters``), which go on when others end (``carrying``). What is foreseen here, ``staffing``
does.
"""

from dataclasses import dataclass, field
from operator import attrgetter

from django.db import transaction
from django.db.models import Q

from registers import audit
from registers.models import User
from registers.text import digest_of
from workflows import policies
from workflows.campaign import rosters
from workflows.models import Campaign, Submission
from workflows.models.campaigns import RUNNING
from workflows.models.submissions import EDITABLE, State
from workflows.policies.publicity import Drafts, turn_of
from workflows.policies.remedies import idle, remedy
from workflows.routing import carrying
from workflows.routing.reseating import next_turn

NAMED = 3  # sheets of a group that a page names
GONE = "随本次变更结束"
# What says where a sheet is: all that its row holds but its text, its id first.
COLUMNS = (
    "id",
    *(field.attname for field in Submission._meta.concrete_fields if field.name not in ("id", "narrative")),
)


@dataclass(frozen=True)
class Hands:
    """Who has a sheet: ``people`` (ids) in ``role``.

    ``missing``: what is lacking where nobody can act, and who supplies it. ``ends``: why the sheet is stopped, empty where it is not.
    """

    role: str = ""
    people: tuple = ()
    missing: str = ""
    ends: str = ""


@dataclass(frozen=True)
class Row:
    """A sheet that changes hands. ``names``: id → name of everybody in ``before`` and ``after``."""

    submission: Submission
    before: Hands
    after: Hands
    names: dict

    @property
    def kind(self):
        """What becomes of the sheet: ``stops``, ``nobody`` or ``passes``."""
        return "stops" if self.after.ends else "passes" if self.after.people else "nobody"

    @property
    def to(self):
        """Role and names of those who get it, empty where nobody does."""
        return self._in_words(self.after)

    @property
    def come_from(self):
        """Role and names of those who have it now, empty where nobody does."""
        return self._in_words(self.before)

    def _in_words(self, hands):
        rules = self.submission.task.campaign.scheme.rules
        people = "、".join(self.names[user] for user in hands.people)
        return f"{rules.roles.get(hands.role, '')}{people}" if people else ""

    @property
    def words(self):
        """What becomes of it as the end of a sentence: 将转由单位负责人李四办理（现由单位负责人张三办理）."""
        if self.kind == "stops":
            return f"将停办（{self.after.ends}）"
        if self.kind == "nobody":
            return f"将无人办理：{self.after.missing}"
        if not self.before.people:
            waits = idle(self.submission)
            return f"将由{self.to}办理（{f'现待{waits}' if waits else '现无人办理'}）"
        return f"将转由{self.to}办理（现由{self.come_from}办理）"


@dataclass
class Group:
    """Sheets of which the same becomes."""

    kind: str
    words: str
    rows: list = field(default_factory=list)

    @property
    def text(self):
        """The sentence of the page: 3 张表将转由 … 办理."""
        return f"{len(self.rows)} 张表{self.words}"

    @property
    def named(self):
        """The first few sheets."""
        return [row.submission for row in self.rows[:NAMED]]

    @property
    def more(self):
        """How many sheets there are beside those named."""
        return max(0, len(self.rows) - NAMED)


@dataclass
class Foresight:
    """What follows from a change: the ``rows`` that change hands, and how many sheets are ``new``.

    ``new`` may be negative: a sheet that would have come is not needed any more. ``changed``: whether a page showed something else
    before, and asks again.
    """

    rows: list
    new: int = 0
    changed: bool = False

    @property
    def groups(self):
        """The rows by what becomes of them, first what nobody can take."""
        found = {}
        for row in self.rows:
            found.setdefault((row.kind, row.words), Group(row.kind, row.words)).rows.append(row)
        order = ("nobody", "stops", "passes")
        return sorted(found.values(), key=lambda group: order.index(group.kind))

    @property
    def count(self):
        """How many sheets change hands, end or begin."""
        return len(self.rows) + max(0, self.new)

    @property
    def digest(self):
        """A digest of what follows, with which a page can say what was seen before the change was confirmed."""
        return digest_of([self.new, *sorted((row.submission.pk, row.words) for row in self.rows)])


def foresee(change, *, on):
    """Return the ``Foresight`` of a change that counts from the day ``on``.

    ``change``: a function without parameters that makes it, in the way in which it will be made. Nothing of it stays in the database;
    rows that it holds in memory may have changed, so read again what is shown. What it raises (``Refused``, ``NotAllowed``) comes
    through. Locks what the change locks, for a moment.
    """
    _, seen = taken_back(lambda: watched(change, on=on))
    return seen


def watched(change, *, on):
    """Make a change and return ``(what it returned, the Foresight of it)``.

    It is for who makes the change in the same transaction. Nothing follows from it yet: that is for ``staffing``.
    """
    before = Outlook(on)
    returned = change()
    return returned, _compared(before, Outlook(on, known=before.sheets))


def taken_back(act):
    """Return what ``act`` returns, and take back all that it did in the database.

    ``act``: a function without parameters. It leaves no entry in the audit log either.
    """
    with transaction.atomic(), audit.unwritten():
        returned = act()
        transaction.set_rollback(True)
    return returned


class Outlook:
    """Who will have each running sheet on the day ``on`` once the hourly sweep has been there.

    ``hands``: sheet's id → ``Hands``. ``sheets``: id → sheet. ``new``: how many sheets begin. ``known``: sheets that were read
    before (id → sheet), which are taken as they are unless their rows have changed.
    """

    def __init__(self, on, *, known=None):
        self.on, self.sheets, self.hands = on, {}, {}
        ends, self.new = _by_rosters(on)
        holding = policies.Holding(on)
        self._holding, self._drafts = holding, Drafts(holding)
        self._go_on = set(carrying.free_of(ends))
        to_fill = Q(state__in=[State.WAITING, *EDITABLE]) & policies.takes_content(on)
        taken = to_fill | Q(state=State.IN_REVIEW) | Q(pk__in=list(ends))
        rows = Submission.objects.filter(taken, task__campaign__state__in=RUNNING)
        for sheet in _read(rows, known):
            self.sheets[sheet.pk] = sheet
            self.hands[sheet.pk] = Hands(ends=ends[sheet.pk]) if sheet.pk in ends else self._of(sheet)

    def _of(self, sheet):
        turn = self._turn(sheet)
        missing = ""
        if not turn.people and turn.lack is not None:
            missing = str(remedy(turn.lack, self._holding, sheet.task.campaign.scheme.rules))
        return Hands(turn.role, tuple(turn.people), missing)

    def _turn(self, sheet):
        """Return whose ``Turn`` a sheet is: when it opens, when it goes on, or now."""
        holding = self._holding
        if sheet.state == State.WAITING:
            return holding.filling(sheet.unit_id, sheet.person_id)
        if sheet.pk in self._go_on:
            return holding.entering(sheet.step_rules, sheet.unit_id, person=sheet.person_id)
        return next_turn(sheet, holding) or turn_of(sheet, holding, self._drafts)


def _read(rows, known):
    """Return the sheets of ``rows`` in their order with their rule books, those ``known`` without reading them again."""
    full = rows.with_rules().select_related("unit", "person").defer("narrative").order_by("pk")
    if known is None:
        return full
    now = {columns[0]: columns for columns in rows.order_by("pk").values_list(*COLUMNS)}
    as_it_was = attrgetter(*COLUMNS)
    same = {pk for pk, columns in now.items() if pk in known and as_it_was(known[pk]) == columns}
    changed = full.in_bulk(now.keys() - same)
    return [known[pk] if pk in same else changed[pk] for pk in now]


def _by_rosters(on):
    """Return what follows from posts and units: sheet's id → why it ends, and how many sheets begin."""
    ends, new = {}, 0
    for campaign in Campaign.objects.filter(state=Campaign.State.OPEN).select_related("scheme", "institution"):
        due = rosters.due(campaign, on=on)
        ends |= due.ends
        new += due.begins
    return ends, new


def _compared(before, after):
    pairs = {}
    for pk in before.hands.keys() | after.hands.keys():
        pair = before.hands.get(pk, Hands()), after.hands.get(pk, Hands(ends=GONE))
        if not _alike(*pair):
            pairs[pk] = pair
    people = {user for pair in pairs.values() for hands in pair for user in hands.people}
    names = dict(User.objects.filter(pk__in=people).values_list("pk", "name"))
    sheets = before.sheets | after.sheets
    rows = [Row(sheets[pk], *pair, names) for pk, pair in pairs.items()]
    rows.sort(key=lambda row: (row.submission.unit.position, row.submission.unit.code, row.submission.pk))
    return Foresight(rows, after.new - before.new)


def _alike(one, other):
    """Whether a sheet stays where it is: the same people in the same role, or nobody and it ends for the same reason."""
    if set(one.people) != set(other.people) or one.ends != other.ends:
        return False
    return one.role == other.role if one.people else bool(one.missing) == bool(other.missing)
