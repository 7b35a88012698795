"""A file of people against the people on record.

Who joins, leaves, moves, is called otherwise, takes or leaves a post.
The key is the number of a person. A name alone is none: two people may have the same.
"""

import re
from dataclasses import dataclass, field
from functools import partial

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from registers.batches import batches
from registers.imports import appointing, posting, values
from registers.imports.filling import fill_down
from registers.imports.numbers import Numbers, say_alike
from registers.imports.places import Places
from registers.imports.plans import Line, Plan
from registers.imports.tables import tables_of
from registers.imports.values import Wrong
from registers.inserting import insert
from registers.models import Incumbency, User
from registers.sorting import sort_key

KINDS = ("joined", "returned", "moved", "renamed", "changed", "takes", "leaves_post", "left")
JOINED, RETURNED, MOVED, RENAMED, CHANGED, TAKES, LEAVES_POST, LEFT = KINDS
LABELS = dict(zip(KINDS, ("新进", "恢复", "调动", "改名", "信息变化", "任职", "卸任", "离开"), strict=True))
# What is not done unless somebody ticks it.
UNTICKED = {LEAVES_POST, LEFT}
WORDS = {"title": "职务/职称", "rank": "职级", "is_party_member": "中共党员", "email": "电子邮箱"}
LIMITS = {"title": 40, "rank": 20}
READ = {column: partial(values.text, label=WORDS[column], most=most) for column, most in LIMITS.items()}
_read_status = partial(values.text, label="人员状态", most=40)
_read_unit = partial(values.text, label="单位", most=80)
_read_email = partial(values.text, label="电子邮箱", most=254)
_EMAIL = re.compile("[A-Za-z0-9]+@(?:[a-z0-9]{1,20}\\.){1,5}[a-z]{2,20}")  # what is one without a closer look


@dataclass(slots=True)
class Person:
    """One person of the file.

    ``unit`` None: the file does not say. ``values``: field of ``User`` → value.
    """

    number: str
    row: object
    name: str = ""
    unit: object = None
    values: dict = field(default_factory=dict)
    posts: list | None = None
    status: str = ""
    since: object = None


def compare(book, *, columns, answers, actor, on, pace=None):
    """Return the ``Plan`` of taking over a file of people as from the day ``on``.

    Raises ``Refused`` for what is no such file.
    """
    plan = Plan("people", answers, pace)
    report = plan.report
    plan.tables = tables_of(book, "people", columns, report)
    fill_down(plan.tables, "unit", "所在单位", report)
    known = {user.number: user for user in User.objects.select_related("unit")}
    places = Places(on, report)
    reader = _Reader(plan, places, known, on)
    people = reader.people()
    mine = set(actor.unit_ids("registrar"))
    _compare(plan, people, known, mine, on)
    _missing(plan, people, known, mine, actor)
    if others := plan.counts.get("other_posts"):
        text = f"库中的 {others} 项任职是本文件没有写到的岗位，保持不变"
        report.notice(plan.tables[0].sheet, "", text, "需要卸任的，在“人员”的任职中办理")
    plan.aliases = places.chosen
    return plan


class _Reader:
    """Reads the rows of all tables as people."""

    def __init__(self, plan, places, known, on):
        self.plan, self.report, self.places, self.known, self.on = plan, plan.report, places, known, on
        places.home = {number: user.unit for number, user in known.items()}
        self.numbers = Numbers(plan.tables, "number", known, self.report)
        self.makes_posts = posting.makes_posts(plan.tables, self.report)

    def people(self):
        """Return number → ``Person``; what is wrong with a row is in the report."""
        people = {}
        for table in self.plan.tables:
            by_sheet = not {"unit", "unit_code"} & set(table.fields.values())
            for row in table.rows:
                self.plan.count_row()
                person = self._person(row, by_sheet)
                if person is not None:
                    self._enter(people, person)
        say_alike(people.values(), self.report)
        return people

    def _person(self, row, by_sheet):
        if row.get("number") is None and values.is_vacant(_words(row.get("name"))):
            self.plan.count("vacant")
            return None
        number = self.numbers.read(row)
        name = self._try(row, "name", values.person_name)
        unit = self._unit(row, by_sheet)  # also of a row that has other faults, so that all are said at once
        if number is None or name is None:
            return None
        if not name[0]:
            self.report.fault(row.sheet, row.place("name"), f"工号 {number} 没有姓名", "请填写姓名")
            return None
        person = Person(number, row, name[0], unit)
        for column, read in READ.items():
            if words := self._try(row, column, read):
                person.values[column] = words
        if (party := self._try(row, "party", values.party)) is not None:
            person.values["is_party_member"] = party
        self._email(row, person)
        person.status = self._try(row, "status", _read_status) or ""
        person.since = self._since(row)
        _, until = person.since
        if self.makes_posts is None:
            person.values.pop("title", None)  # until it is known what belongs to it
        elif not self.makes_posts:
            self._title(row, person)
        elif until is None or until.day > self.on:  # else he held it once
            person.posts = posting.wanted(row, person, self.places, self.report)
        return person

    def _try(self, row, name, read):
        cell = row.get(name)
        if cell is None and name != "name":
            return None
        try:
            return read(cell)
        except Wrong as wrong:
            self.report.fault(row.sheet, row.place(name), str(wrong), wrong.remedy)
            return None

    def _unit(self, row, by_sheet):
        for name in ("unit_code", "unit"):
            words = self._try(row, name, _read_unit)
            if words and (name == "unit" or self.places.named(words)):
                return self.places.of(words, row.sheet, row.place(name))
        return (
            self.places.of(row.sheet, row.sheet, row.place("number"))
            if by_sheet and len(self.plan.tables) > 1
            else None
        )

    def _title(self, row, person):
        """Write down what somebody is called by his post, before the title he has."""
        words = self._try(row, "post", READ["title"])
        named = "、".join(
            dict.fromkeys([*values.items(words or ""), *person.values.get("title", "").split("、")])
        ).strip("、")
        if len(named) > LIMITS["title"]:
            text = f"职务和职称合起来有 {len(named)} 个字，最多 {LIMITS['title']} 个字"
            self.report.fault(row.sheet, row.place("post"), text, "请缩短，或在“列的对应”中只留一列")
        elif named:
            person.values["title"] = named

    def _email(self, row, person):
        words = self._try(row, "email", _read_email)
        if not words:
            return
        try:
            if not _EMAIL.fullmatch(words):
                validate_email(words)
        except ValidationError:
            self.report.fault(row.sheet, row.place("email"), f"“{words[:40]}”不是电子邮箱", "请改正或删去")
            return
        person.values["email"] = words

    def _since(self, row):
        cell, year = row.get("since"), self.on.year
        if cell is None:
            return None, None
        try:
            return values.span(cell, this_year=year)
        except values.TwoDays as two:
            key = f"month:{row.sheet}"
            options = [("1", "一位小数就是这个月（.1 为 1 月）"), ("10", "末尾的 0 丢失了（.1 为 10 月）")]
            answer = self.report.ask(key, f"任职日期：{two}", options, f"{row.sheet}!{row.place('since')}")
            return values.span(cell, this_year=year, two=answer) if answer else (None, None)
        except Wrong as wrong:
            self.report.fault(row.sheet, row.place("since"), str(wrong), wrong.remedy)
            return None, None

    def _enter(self, people, person):
        """Put a person on the list. Several rows of one person are his posts; other differences are faults."""
        first = people.get(person.number)
        if first is None:
            people[person.number] = person
            return
        cells = f"{first.row.place('number')}、{person.row.place('number')}"
        if first.name != person.name:
            text = f"工号 {person.number} 用了两次，姓名不同（{first.name}、{person.name}）"
            self.report.fault(person.row.sheet, cells, text, "请改正其中一个工号")
        else:
            differs = [("所在单位", first.unit, person.unit)]
            differs += [(WORDS[name], first.values.get(name), value) for name, value in person.values.items()]
            said = "、".join(f"{label}“{one}”" for label, one, other in differs if one and one != other)
            text = f"工号 {person.number} 出现两次，按一人读取{f'，以前一处的{said}为准' if said else ''}"
            self.report.notice(person.row.sheet, cells, text, "请核对" if said else "")
            first.values = person.values | first.values
            if person.posts:
                held = {(post.unit, post.name) for post in first.posts or ()}
                first.posts = [*(first.posts or []), *(p for p in person.posts if (p.unit, p.name) not in held)]


def _words(cell):
    return cell.text.strip() if cell else ""


def _compare(plan, people, known, mine, on):
    held = _held(on)
    named = {(post.unit.pk, post.name) for person in people.values() for post in person.posts or ()}
    names = {}
    for number, user in known.items():
        if number not in people and user.is_active:
            names.setdefault((user.name, user.unit_id), []).append(user)
    for person in people.values():
        user = known.get(person.number)
        if _outside(plan, person, user, mine):
            continue
        gone = values.has_left(person.status)
        if user is None:
            old = names.get((person.name, person.unit.pk if person.unit else None), [])
            _joined(plan, person, old, gone)
        elif gone:
            if user.is_active:
                plan.add(_line(LEFT, person, user.unit, person.status, user=user))
        else:
            _differences(plan, person, user, held.get(user.pk, []), named=named)


def _outside(plan, person, user, mine):
    """Whether a person is outside of what this registrar keeps; then it is said."""
    units = [unit for unit in (person.unit, user.unit if user else None) if unit is not None]
    if all(unit.pk in mine for unit in units):
        return False
    plan.report.fault(person.row.sheet, person.row.place("unit"), f"{person.name}不在您管理的单位内", "请删去本行")
    return True


def _joined(plan, person, old, gone):
    if gone:
        plan.count("never_here")
        return
    if person.unit is None:
        if not posting.says_no_unit(person.row, plan.report):
            plan.report.fault_of_many(person.row.sheet, person.row.place("unit"), "新人员没有所在单位", "请填写单位")
        return
    user = None
    if len(old) == 1:
        text = f"{person.name}（{person.unit}）：文件中工号为 {person.number}，库中为 {old[0].number}，是同一人吗？"
        options = [("same", "同一人，更换工号"), ("other", "另一人")]
        if plan.report.ask(f"same:{person.number}", text, options, person.row.place("number")) == "same":
            user = old[0]
    kind = CHANGED if user else JOINED
    plan.add(
        _line(kind, person, user.number if user else "", f"{person.unit}" if not user else person.number, user=user)
    )
    for post in person.posts or []:
        plan.add(_line(TAKES, person, "", post.label, user=user, post=post))


def _differences(plan, person, user, held, *, named):
    report, row, before = plan.report, person.row, plan.size
    if person.name != user.name:
        if not set(person.name) & set(user.name):
            text = f"工号 {person.number} 在库中是{user.name}，文件中是{person.name}：工号换人了？"
            report.fault(row.sheet, row.place("number"), text, "请核对工号。新人请用新工号，不能沿用他人的账号")
            return
        plan.add(_line(RENAMED, person, user.name, person.name, user=user))
    if not user.is_active:
        plan.add(_line(RETURNED, person, "停用", "在用", user=user))
    moved = person.unit is not None and person.unit.pk != user.unit_id
    if moved:
        plan.add(_line(MOVED, person, user.unit or "", person.unit, user=user))
    for name, value in person.values.items():
        old = getattr(user, name)
        if old != value:
            shown = [("是" if each else "否") if isinstance(each, bool) else each for each in (old, value)]
            plan.add(_line(CHANGED, person, f"{WORDS[name]}：{shown[0]}", shown[1], user=user, field=name))
    if person.posts is not None:
        left = {row.pk for row in held if moved and row.post.unit_id == user.unit_id}  # with the unit
        _posts(plan, person, user, [row for row in held if row.pk not in left], named=named)
    if plan.size == before:
        plan.unchanged += 1


def _posts(plan, person, user, held, *, named):
    """Compare posts. A post on record that the file names of nobody stays as it is, and is counted."""
    kept = set()
    for post in person.posts:
        same = next((row for row in held if (row.post.unit_id, row.post.name) == (post.unit.pk, post.name)), None)
        if same is not None:
            kept.add(same.pk)
        else:
            plan.add(_line(TAKES, person, "", post.label, user=user, post=post))
    for row in held:
        if row.pk in kept:
            continue
        if (row.post.unit_id, row.post.name) in named:
            plan.add(_line(LEAVES_POST, person, f"{row.post.unit}：{row.post}", "", user=user, incumbency=row))
        else:
            plan.count("other_posts")


def _missing(plan, people, known, mine, actor):
    """Offer as leaving whoever works in a unit that the file has people of, and is not in it."""
    units = {person.unit.pk for person in people.values() if person.unit is not None}
    renumbered = {line.user.pk for line in plan.lines if line.user is not None}
    for number, user in known.items():
        if number in people or user.pk in renumbered or not user.is_active or user.pk == actor.user_id:
            continue
        if user.unit_id in units and user.unit_id in mine:
            plan.missing += 1
            plan.add(Line(LEFT, number, user.name, str(user.unit), "文件中没有", "", user=user))


def _line(kind, person, old, new, **more):
    cell = more["post"].cell if more.get("post") else f"{person.row.sheet}!{person.row.place('number')}"
    return Line(kind, person.number, person.name, str(old), str(new), cell, person=person, **more)


def _held(on):
    held = {}
    for row in Incumbency.objects.in_force(on).select_related("post__unit"):
        held.setdefault(row.user_id, []).append(row)
    return held


def apply(plan, lines, *, on):
    """Do the accepted ``lines`` as from the day ``on``.

    Ends first, so that what becomes vacant can be taken.
    """
    for line in lines:
        if line.kind == LEFT:
            appointing.leave(line.user, on=on)
        elif line.kind == MOVED:
            appointing.move(line.user, line.person.unit, on=on)
        elif line.kind == LEAVES_POST:
            appointing.end(Incumbency.objects.filter(pk=line.incumbency.pk), on=on)
        elif line.kind != TAKES and line.user is not None:
            _change(line)
        if line.kind not in (JOINED, TAKES):
            plan.count_written()
    made = {}
    for joining in batches([line.person for line in lines if line.kind == JOINED]):
        made |= _join(joining)
        plan.count_written(len(joining))
    plan.joined = list(made.values())
    takes = [line for line in lines if line.kind == TAKES]
    posts = appointing.Posts({line.post.unit.pk for line in takes}, on)
    for line in takes:
        user = line.user.pk if line.user else made.get(line.person.number)
        if user is not None:  # else the person was not accepted
            since, _ = line.person.since or (None, None)
            posts.take(line.post.unit, line.post.name, user, _past(since, on))
    posts.save()
    plan.count_written(len(takes))


def _past(since, on):
    return since.day if since is not None and since.day <= on else on


def _change(line):
    changed = {
        RENAMED: lambda: {"name": line.person.name, "sort_key": sort_key(line.person.name)},
        RETURNED: lambda: {"is_active": True, "left_on": None},
        CHANGED: lambda: {line.field: line.person.values[line.field]} if line.field else {"number": line.person.number},
    }[line.kind]()
    User.objects.filter(pk=line.user.pk).update(**changed)


def _join(people):
    """Make the accounts of new people, whom no password lets in, and return their ids by number."""
    rows = [
        {"number": person.number, "name": person.name, "sort_key": sort_key(person.name), "unit_id": person.unit.pk}
        | person.values
        for person in people
    ]
    insert(User, rows, password=UNUSABLE_PASSWORD_PREFIX)
    return dict(User.objects.filter(number__in=[person.number for person in people]).values_list("number", "pk"))
