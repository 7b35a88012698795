"""A file of roles that people hold for units: new ones, and the ends of those on record.

Of a leader in charge it may name domains as well (分管领域), which are compared and written by ``registers.domains``.
A file grants no office of administration, nobody grants one to himself, and what a file does not name stays as it is.
"""

from dataclasses import dataclass
from datetime import date

from registers import appointments, clock, domains
from registers.access import NotAllowed
from registers.actors import ADMINISTRATORS, DISCIPLINE
from registers.appointments import OF_THE_SCHOOL
from registers.imports import values
from registers.imports.filling import fill_down
from registers.imports.findings import cells_in_words
from registers.imports.heads import normalised
from registers.imports.matching import Reader, people_on_record, several
from registers.imports.numbers import Numbers
from registers.imports.places import Places
from registers.imports.plans import Line, Plan
from registers.imports.tables import tables_of
from registers.imports.values import Wrong
from registers.imports.vocabulary import ROLE_WORDS
from registers.models import Appointment, DomainCharge, Scheme
from registers.refusals import Refused

NEW, ENDED, DOMAIN, DOMAIN_ENDED = "new", "ended", "domain", "domain_ended"
LABELS = {NEW: "新任职", ENDED: "免职", DOMAIN: "新分管领域", DOMAIN_ENDED: "不再分管领域"}
LEADER, OWN_NAME, LEFT_OUT = "leader_in_charge", "own", "none"
UNTICKED = set()
Role = Appointment.Role
NEVER = (*ADMINISTRATORS, DISCIPLINE, "registrar")
BY_TICK = {f"is_{role}": role for role in Role.values if role not in NEVER}  # field of a column to be ticked → role


@dataclass(slots=True)
class Record:
    """One role of one person for one unit, or his charge of one ``domain``.

    ``until``: the first day no longer, None while no end is known.
    """

    user: object
    unit: object
    role: str
    row: object
    since: object = None
    until: object = None
    domain: str = ""
    called: str = ""  # the domain in words

    @property
    def key(self):
        """What makes it the same as one on record."""
        return self.user.pk, self.domain or self.unit.pk, self.role


def compare(book, *, columns, answers, actor, on, pace=None):
    """Return the ``Plan`` of taking over a file of roles. Raises ``Refused`` for what is no such file."""
    plan = Plan("roles", answers, pace)
    plan.tables = tables_of(book, "roles", columns, plan.report)
    places = Places(on, plan.report)
    reader = _Roles(plan, places, actor, on)
    fill_down(plan.tables, "unit", "任职单位", plan.report, needs=reader.needs_a_unit)
    held = {
        (row.user_id, row.unit_id, row.role): row
        for row in Appointment.objects.in_own_right().within(on, date.max).select_related("user", "unit")
    }
    held |= {
        (row.user_id, row.domain, LEADER): row
        for row in DomainCharge.objects.within(on, date.max).select_related("user")
    }
    seen = set()
    for record in reader.records():
        if record.key in seen:
            if not record.domain:  # the row of each unit may repeat them
                plan.report.notice(record.row.sheet, record.row.place("name"), "同一任职出现两次，按一个读取")
            continue
        seen.add(record.key)
        _compare(plan, record, held.get(record.key), actor, on)
    plan.aliases = places.chosen
    return plan


class _Roles(Reader):
    """Reads the rows of all tables as roles, of which one row may hold several."""

    def __init__(self, plan, places, actor, on):
        super().__init__(plan, places, actor, on, "项任职")
        self.actor = actor
        self.users, self.by_name = people_on_record()
        self.numbers = Numbers(plan.tables, "number", self.users, plan.report)
        self.words = {
            **_labels_of_the_rule_book(),
            **{normalised(label): role for role, label in Role.choices},
            **_known_words(),
        }
        self.labels = domains.choices(on)
        self._without_role = {}  # sheet → cells
        # Before a blank unit is filled with the one above.
        self._blank = {id(row) for table in plan.tables for row in table.rows if not _names_a_unit(row)}

    def records(self):
        """Return the roles of all rows without a fault of their own."""
        found = []
        for table in self.plan.tables:
            for row in table.rows:
                self.plan.count_row()
                found += self._records(table, row)
        for sheet, cells in self._without_role.items():
            text = f"{len(cells)} 行没有写角色，没有导入"
            self.report.notice(sheet, cells_in_words(cells), text, "需要时请填写角色后重新上传")
        return found

    def _records(self, table, row):
        roles = self._roles(row)
        user = self._user(row)
        words = self.read(row, "domain", "分管领域", 200)
        if not (roles or words) and "role" in row.columns and row.get("role") is None:
            self._without_role.setdefault(row.sheet, []).append(row.place("role"))
        if user is None or not (roles or words):
            return []
        if user.pk == self.actor.user_id:
            self.report.fault(
                row.sheet, row.place("name"), "不能由本人给本人授予角色", "请由另一位管理员导入，或删去本行"
            )
            return []
        since, until = self._span(row)
        called = {code: self.labels.get(code, code) for code in self._domains(row, roles, words)}
        led = [Record(user, None, LEADER, row, since, until, *named) for named in called.items()]
        if led and set(roles) <= {LEADER} and not _names_a_unit(row):
            return led  # in charge of domains alone
        return led + [
            Record(user, unit, role, row, since, until)
            for unit, held in self._units(table, row, roles)
            for role in held
        ]

    def needs_a_unit(self, row):
        """Whether a row holds a role of a unit, so that a blank unit says nothing."""
        roles = {role for name, role in BY_TICK.items() if (cell := row.get(name)) and values.boolean(cell)}
        words = values.items(row.get("role").text) if row.get("role") else []
        roles |= {self.words.get(normalised(word)) or self.report.answers.get(f"role:{word[:40]}") for word in words}
        return not roles or not roles.issubset(OF_THE_SCHOOL)

    def _units(self, table, row, roles):
        """Return the units of a row, each with the roles held for it. Where no unit stands, a role of the school is the school's."""
        of_school = [role for role in roles if role in OF_THE_SCHOOL and id(row) in self._blank]
        others = [role for role in roles if role not in of_school]
        found = [(self.places.school, of_school)] if of_school else []
        if of_school and self.places.school.pk not in self.mine:
            self.report.fault(row.sheet, row.place("role"), "全校的角色由管理全校的管理员导入", "请删去本行")
            found = []
        if others and (unit := self.unit_of(table, row)) is not None:
            found.append((unit, others))
        return found

    def _domains(self, row, roles, words):
        """Return the domains of a leader in charge: those of the rule book by their names, others as the registrar answers."""
        if not words:
            return []
        if LEADER not in roles and (roles or _names_a_unit(row)):
            self.report.fault(
                row.sheet, row.place("domain"), "分管领域只用于分管校领导", "请在角色中写明分管校领导，或清空这一格"
            )
            return []
        return [code for word in several(words) if word and (code := self._domain(word, row))]

    def _domain(self, word, row):
        code = domains.code_of(word, self.labels)
        if code in self.labels:
            return code
        options = [*self.labels.items(), (OWN_NAME, f"按“{word[:30]}”登记"), (LEFT_OUT, "不登记")]
        cell = f"{row.sheet}!{row.place('domain')}"
        answer = self.report.ask(f"domain:{word[:40]}", f"分管领域“{word[:40]}”是哪一个？", options, cell)
        return code if answer == OWN_NAME else "" if answer == LEFT_OUT else answer

    def _roles(self, row):
        """Return the roles of a row: named in a cell, or ticked under their names."""
        roles = [role for name, role in BY_TICK.items() if row.get(name) is not None and values.boolean(row.get(name))]
        words = self.read(row, "role", "角色", 200)
        for word in values.items(words) if words else []:
            role = self.words.get(normalised(word), "")
            if role in NEVER:
                text = f"“{word}”不能由文件授予"
                self.report.fault(row.sheet, row.place("role"), text, "请删去；三员和管理员由系统管理员另行设定")
            elif role not in BY_TICK.values():
                options = [(role, Role(role).label) for role in BY_TICK.values()]
                cell = f"{row.sheet}!{row.place('role')}"
                roles.append(self.report.ask(f"role:{word[:40]}", f"角色“{word[:40]}”是哪一种？", options, cell))
            else:
                roles.append(role)
        return [role for role in dict.fromkeys(roles) if role]

    def _user(self, row):
        if row.get("number") is not None:
            number = self.numbers.read(row)
            user = self.users.get(number)
            if number and user is None:
                self.report.fault(row.sheet, row.place("number"), f"没有工号为 {number} 的人员", "请先导入人员")
            return self._in_use(user, row)
        try:
            name = values.person_name(row.get("name"))[0]
        except Wrong as wrong:
            self.report.fault(row.sheet, row.place("name"), str(wrong), wrong.remedy)
            return None
        people = self.by_name.get(name, [])
        if len(people) == 1:
            return people[0]
        if not people:
            self.report.fault(row.sheet, row.place("name"), f"没有名为“{name[:20]}”的人员", "请先导入人员，或填写工号")
            return None
        options = [(user.number, f"{user.name}（{user.number}，{user.unit}）") for user in people]
        cell = f"{row.sheet}!{row.place('name')}"
        return self.users.get(
            self.report.ask(f"person:{name}", f"“{name}”有 {len(people)} 人，是哪一位？", options, cell)
        )

    def _in_use(self, user, row):
        """Return the person unless his account is not in use, which is said, or his name is another."""
        if user is None:
            return None
        if not user.is_active:
            self.report.fault(row.sheet, row.place("number"), f"{user.name}（{user.number}）已停用", "请核对工号")
            return None
        name = "".join(row.get("name").text.split()) if row.get("name") else ""
        if name and not set(name) & set(user.name):
            text = f"工号 {user.number} 在库中是{user.name}，文件中是{name[:20]}"
            self.report.fault(row.sheet, row.place("number"), text, "请核对工号")
            return None
        return user

    def _span(self, row):
        days = []
        for name in ("since", "until"):
            try:
                day = values.day(row.get(name), this_year=self.on.year) if row.get(name) else None
            except Wrong as wrong:
                self.report.fault(row.sheet, row.place(name), str(wrong), wrong.remedy)
                day = None
            days.append(day.day if day is not None else None)
        since, until = days
        if since and until and until < since:
            cells = f"{row.place('since')}、{row.place('until')}"
            self.report.fault(row.sheet, cells, f"免职日期 {until} 早于任职日期 {since}", "请核对")
        return since, until


def _names_a_unit(row):
    return bool(row.get("unit") or row.get("unit_code"))


def _labels_of_the_rule_book():
    """Return label → role of the rule book in use.

    Before one is adopted roles are imported already: then the labels that all rule books of the site give one role.
    """
    in_use = Scheme.objects.in_use()
    named = {}
    for scheme in [in_use] if in_use else Scheme.objects.filter(is_current=True).defer("source"):
        for role, label in scheme.rules.roles.items():
            named.setdefault(normalised(label), set()).add(role.value)
    return {label: roles.pop() for label, roles in named.items() if len(roles) == 1}


def _known_words():
    return {normalised(word): role for role, words in ROLE_WORDS.items() for word in words}


def _compare(plan, record, held, actor, on):
    """Compare with what is on record. What the desk of roles would refuse is a fault here, by the same rule."""
    since, row = record.since or on, record.row
    try:
        if held is None and record.until is not None and record.until <= on:
            plan.count("over")  # held once, and no longer
            plan.unchanged += 1
        elif held is None:
            made = {"user": record.user, "since": since, "until": record.until}
            if record.domain:
                domains.check(DomainCharge(domain=record.domain, **made), actor=actor)
            else:
                appointments.check(Appointment(unit=record.unit, role=record.role, **made), actor=actor)
            plan.add(_line(DOMAIN if record.domain else NEW, record, "", f"自 {since} 起"))
        elif record.until is not None and record.until != held.until:
            check_end = domains.check_end if record.domain else appointments.check_dismissal
            check_end(held, last=_last(record), actor=actor, on=on)
            kind = DOMAIN_ENDED if record.domain else ENDED
            plan.add(_line(kind, record, f"自 {held.since} 起", f"至 {record.until}（当日起不再任职）", known=held))
        else:
            plan.unchanged += 1
    except (Refused, NotAllowed) as refused:
        what = record.called or Role(record.role).label
        text = f"{record.user.name}的“{what}”：{str(refused).rstrip('。')}"
        plan.report.fault(row.sheet, row.place("domain" if record.domain else "role"), text, "请改正，或删去本行")


def _last(record):
    """Return the last day of a role whose first day no longer the file says, None where it says none."""
    return record.until - clock.days(1) if record.until is not None else None


def _line(kind, record, old, new, **more):
    cell = f"{record.row.sheet}!{record.row.place('domain' if record.domain else 'name')}"
    what = f"分管{record.called}" if record.domain else f"{record.unit} {Role(record.role).label}"
    name = f"{record.user.name}：{what}"
    field = record.domain or record.role
    return Line(kind, record.user.number, name, old, new, cell, record=record, field=field, **more)


def apply(plan, lines, *, on):
    """Do the accepted ``lines`` as the desk of roles does them, ends first.

    Raises ``Refused`` or ``NotAllowed`` where the desk would.
    """
    actor, at = plan.taking.actor, plan.taking.at
    for line in lines:
        if line.kind == ENDED:
            appointments.dismiss(line.known.pk, last=_last(line.record), actor=actor, at=at)
        elif line.kind == DOMAIN_ENDED:
            domains.end(line.known.pk, last=_last(line.record), actor=actor, at=at)
    for line in lines:
        record = line.record
        term = {"since": record.since or on, "last": _last(record), "actor": actor, "at": at}
        if line.kind == NEW:
            appointments.appoint(record.user.pk, role=record.role, units=[record.unit.pk], seat="", **term)
        elif line.kind == DOMAIN:
            domains.take(record.user.pk, domains=[record.domain], **term)
        plan.count_written()
