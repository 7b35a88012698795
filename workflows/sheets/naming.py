"""Whom a typed text names to carry out a measure: people, posts and offices, one or several.

Several are parted by ；. A person is written ``工号 姓名``, a post ``岗位 编号 名称``, an office ``单位 代码 名称``. The number, the
code or a name that one has will do as well.
"""

import re
from functools import cached_property

from django.db.models import Q

from registers import clock
from registers.models import Incumbency, Post, Unit, User
from registers.models.responsibilities import MOST_NAMED

BETWEEN = "；"
_PARTED = re.compile(r"[；;\n]+")
_COMMAS = re.compile(r"[、，,]+")  # they part names too, but a post may have one in its name
POST, UNIT = "岗位", "单位"


def written(who):
    """Return a person, a post or a unit as the form's list offers it."""
    if isinstance(who, User):
        return f"{who.number} {who.name}"
    return f"{POST if isinstance(who, Post) else UNIT} {who.code} {who.name}".replace(BETWEEN, "，")


def written_all(named):
    """Return those named in the text of one field, empty for nobody."""
    return BETWEEN.join(map(written, named))


def written_on(measure):
    """Return whom a measure names as the form holds it. ``measure`` None: nobody."""
    return written_all(party.who for party in measure.responsible.parties.all()) if names_any(measure) else ""


def names_any(measure):
    """Whether a measure (None: there is none) names who carries it out."""
    return measure is not None and measure.responsible_id is not None


class Nameable:
    """Who may be named on a sheet of a unit.

    They are the people, posts and offices of it, of those above it and of those below it.
    """

    def __init__(self, unit):
        self.unit, self._found = unit, {}

    @cached_property
    def _around(self):
        ancestors, below = self.unit.ancestors(), self.unit.descendants(include_self=True)
        return {*ancestors.values_list("pk", flat=True), *below.values_list("pk", flat=True)}

    @property
    def offered(self):
        """The unit's own people, its posts and its office with those above it, as a list to choose from."""
        people = User.objects.filter(unit=self.unit, is_active=True).order_by("sort_key", "number")
        posts = Post.objects.existing(clock.today()).filter(unit=self.unit)
        return [written(who) for who in (*people, *posts, self.unit, *self.unit.ancestors())]

    def named(self, text):
        """Return ``(those named, the first part that nobody or nothing answers to)`` of a typed text."""
        self.look_up([text])
        found = []
        for part in _parts(text):
            whole = self._found[part]
            for piece in [part] if whole is not None and written(whole) == part else _pieces(part):
                if self._found[piece] is None:
                    return found, piece
                found.append(self._found[piece])
        return list(dict.fromkeys(found)), ""

    def look_up(self, texts):
        """Read at once whatever the parts of many texts name."""
        parts = {part for text in texts for part in _parts(text)}
        wanted = (parts | {piece for part in parts for piece in _pieces(part)}) - set(self._found)
        if not wanted:
            return
        for find in (self._people, self._posts, self._units):
            self._found |= find(sorted(wanted - {part for part in wanted if self._found.get(part)}))
        self._found |= {part: None for part in wanted if part not in self._found}

    def _people(self, wanted):
        in_post = Incumbency.objects.in_force(clock.today()).filter(post__unit=self.unit)
        there = User.objects.filter(Q(unit__in=self._around) | Q(pk__in=in_post.values("user")), is_active=True)
        numbers = {text: text.split()[0] for text in wanted}
        people = list(there.filter(Q(number__in=numbers.values()) | Q(name__in=wanted)))
        return _meant(wanted, people, numbers, "number")

    def _posts(self, wanted):
        codes = {text: _code(text, POST) for text in wanted}
        there = Post.objects.existing(clock.today()).filter(unit__in=self._around)
        posts = list(there.filter(Q(code__in=codes.values()) | Q(name__in=wanted, unit=self.unit)))
        return _meant(wanted, posts, codes, "code")

    def _units(self, wanted):
        codes = {text: _code(text, UNIT) for text in wanted}
        there = Unit.objects.existing(clock.today()).filter(pk__in=self._around)
        return _meant(wanted, list(there.filter(Q(code__in=codes.values()) | Q(name__in=wanted))), codes, "code")


def _parts(text):
    return [part.strip() for part in _PARTED.split(text) if part.strip()]


def _pieces(part):
    return [piece.strip() for piece in _COMMAS.split(part) if piece.strip()]


def _code(text, kind):
    """Return the code in a text: the second word where the first says what kind of thing it is of, else the first."""
    words = text.split()
    return words[1] if words[0] == kind and len(words) > 1 else words[0]


def _meant(wanted, rows, keys, attribute):
    """Return text → the row that it means by its key, or by a name that no other has.

    Texts that mean none are left out.
    """
    by_key = {getattr(row, attribute): row for row in rows}
    by_name = {}
    for row in rows:
        by_name.setdefault(row.name, []).append(row)
    found = {}
    for text in wanted:
        namesakes = by_name.get(text, [])
        row = by_key.get(keys[text]) or (namesakes[0] if len(namesakes) == 1 else None)
        if row is not None:
            found[text] = row
    return found


def too_many(named, *, several):
    """Return what is wrong with the number of those named, empty where nothing is.

    ``several``: whether the rule book allows more than one.
    """
    if len(named) > 1 and not several:
        return "本方案每条措施只指定一个责任人（或一个岗位、一个单位），请只保留一个。"
    if len(named) > MOST_NAMED:
        return f"一条措施最多指定 {MOST_NAMED} 个责任人（含岗位、单位），现有 {len(named)} 个，请减少，或改为指定岗位或单位。"
    return ""
