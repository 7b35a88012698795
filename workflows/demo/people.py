"""The people of the demo campus: made-up names, and the logins for visitors."""

import functools
from dataclasses import dataclass

from django.contrib.auth.hashers import check_password

from registers.actors import ROLE_LABELS, Actor
from registers.models import Appointment, User
from workflows.demo.corpus import dice

DEMO_PASSWORD = "lianzheng2026"  # noqa: S105 (printed on purpose; the command refuses to run in production)
FIRST_NUMBER = 10001
PARTY_SHARE = 0.6


@dataclass(frozen=True)
class Persona:
    """A login with a number that is easy to type. ``seat``: its place in the unit or school."""

    number: str
    seat: str
    hint: str


# Seats of the home unit, then of the office's unit, then of the school.
UNIT_PERSONAS = (
    Persona("1001", "holder", "填写本人的自查表：沿用、修改或撤销去年的风险点"),
    Persona("1002", "liaison", "填写单位表，催办未交的人"),
    Persona("1003", "deputy", "集体审核：逐项表决"),
    Persona("1004", "head", "表决并形成集体意见、签字、确定等级"),
    Persona("1005", "returned", "按审核意见修改被退回的自查表"),
)
OFFICE_PERSONAS = (
    Persona("3001", "office", "备案、筹备会议、查看进度、处理异议"),
    Persona("3002", "office", "办公室的另一名经办人，可以转办"),
)
LEADER = Persona("2001", "leader_in_charge", "审核分管单位负责人本人的表")
SCHOOL_PERSONAS = (
    Persona("4001", "school_group", "参加学校领导小组会议，办理监督部门自己的表"),
    Persona("4002", "party_committee", "上级都须回避时由其办理"),
    Persona("9001", "sys_admin", "维护系统，看不到填报内容"),
    Persona("9002", "security_admin", "管理安全，看不到填报内容"),
    Persona("9003", "auditor", "查看审计记录，看不到填报内容"),
    Persona("6001", "discipline", "写明事由查阅线索，登记办理结果"),
)
REGISTRAR = Persona("5001", "registrar", "维护人员与单位，写明理由可导出台账")
PERSONAS = (*UNIT_PERSONAS, LEADER, *OFFICE_PERSONAS, *SCHOOL_PERSONAS[:2], REGISTRAR, *SCHOOL_PERSONAS[2:])


@dataclass(frozen=True)
class Person:
    """Somebody of the campus. ``unit``: code of his unit, empty for the school itself."""

    number: str
    name: str
    unit: str
    title: str
    rank: str
    is_party_member: bool

    @property
    def email(self):
        return f"{self.number}@example.edu.cn"


class Roster:
    """Makes people: every name once, numbers in sequence."""

    def __init__(self, corpus, *, seed, size):
        surnames, given = corpus.people["surnames"], corpus.people["given_names"]
        rare = [person["name"] for person in corpus.people["rare_people"]]
        drawn = dice(seed, "names").sample(range(len(surnames) * len(given)), size)
        self._names = [surnames[place % len(surnames)] + given[place // len(surnames)] for place in drawn]
        # Among the first forty, so that even the smallest campus has the names that break things.
        for place, name in enumerate(rare):
            self._names[5 + 6 * place] = name
        self._names.reverse()
        self._number = FIRST_NUMBER
        self._chance = dice(seed, "people")
        self.people = []

    def person(self, unit, *, title="", rank="", number=None):
        """Make a person of ``unit``. ``number``: for those with a number of their own."""
        if number is None:
            number, self._number = str(self._number), self._number + 1
        is_party_member = self._chance.random() < PARTY_SHARE
        self.people.append(Person(number, self._names.pop(), unit, title[:40], rank, is_party_member))
        return self.people[-1]


def role_words(rules, role):
    """Return what the rule book calls a role, its usual name where it says nothing."""
    return rules.roles.get(role, dict(Appointment.Role.choices)[role])


def logins():
    """List the personas that the demo's password lets in.

    Each as ``(number, name, roles in words, unit, what to do there)``. On an empty site others may have come by import. They have
    passwords of their own, or none.
    """
    users = User.objects.in_bulk([persona.number for persona in PERSONAS], field_name="number")
    # All have the password as it was hashed once; to try a hash takes a third of a second.
    opened_by_it = functools.cache(functools.partial(check_password, DEMO_PASSWORD))
    rows = []
    for persona in PERSONAS:
        user = users.get(persona.number)
        if user is not None and user.is_active and opened_by_it(user.password):
            roles = dict.fromkeys(grant.role for grant in Actor(user).grants) or ["post_holder"]
            rows.append(
                (user.number, user.name, "、".join(ROLE_LABELS[role] for role in roles), str(user.unit), persona.hint)
            )
    return rows
