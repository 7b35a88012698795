"""Small campuses for tests: everything by keyword, no surprises."""

from datetime import date, datetime
from itertools import count
from zoneinfo import ZoneInfo

from django.conf import settings

from registers.actors import Actor
from registers.models import Appointment, Duty, GroupMember, Incumbency, LeadingGroup, Post, Unit, User
from registers.schemes import versions
from registers.schemes.checking import loading

BEIJING = ZoneInfo("Asia/Shanghai")
YEAR = 2026
START = date(2026, 1, 1)
_numbers = count(1)


def moment(text):
    """``2026-09-15 10:00`` in Beijing."""
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


def make_scheme(slug="changchun-2016"):
    """The scheme of a file in ``fixtures/schemes``, in force."""
    rules, document = loading.read(settings.BASE_DIR / "fixtures" / "schemes" / f"{slug}.yaml")
    return versions.store(rules, document, at=moment("2026-01-01 09:00"))[0]


def make_person(name, unit, **fields):
    number = fields.pop("number", f"T{next(_numbers):04d}")
    return User.objects.create_user(number=number, password="password-for-tests", name=name, unit=unit, **fields)


def appoint(user, unit, role, since=START):
    return Appointment.objects.create(user=user, unit=unit, role=role, since=since)


def make_post(unit, name, holder, *, is_risk_post=True, **fields):
    post = Post.objects.create(unit=unit, code=f"P{next(_numbers):04d}", name=name, is_risk_post=is_risk_post, **fields)
    Incumbency.objects.create(post=post, user=holder, since=START)
    return post


class Campus:
    """One unit with its people, the office, a leader in charge and the administrators; the people of every test."""

    def __init__(self, *, with_group=True, scheme="changchun-2016"):
        self.scheme = make_scheme(scheme) if isinstance(scheme, str) else scheme
        self.root = Unit.objects.create(
            code="ROOT", name=self.scheme.institution, unit_type="institution", scheme_slug=self.scheme.slug
        )
        self.unit = Unit.objects.create(code="CW", name="财务处", unit_type="office", parent=self.root, position=1)
        self.other_unit = Unit.objects.create(
            code="ZS", name="招生就业处", unit_type="office", parent=self.root, position=2
        )
        self.office_unit = Unit.objects.create(
            code="JS", name="监察审计处", unit_type="office", parent=self.root, position=3
        )
        self.clerk = make_person("甲一", self.unit, number="clerk")
        self.colleague = make_person("甲二", self.unit, number="colleague")
        self.liaison = make_person("乙一", self.unit, number="liaison")
        self.member = make_person("乙二", self.unit, number="member")
        self.deputy = make_person("乙三", self.unit, number="deputy")
        self.head = make_person("丙一", self.unit, number="head")
        self.other_head = make_person("丙二", self.other_unit, number="other_head")
        self.leader = make_person("丁一", self.root, number="leader")
        self.office = make_person("戊一", self.office_unit, number="office")
        self.chair = make_person("己一", self.root, number="chair")
        self.registrar = make_person("庚一", self.office_unit, number="registrar")
        self.sys_admin = make_person("辛一", self.root, number="sys_admin")
        self.auditor = make_person("壬一", self.root, number="auditor")
        appoint(self.liaison, self.unit, "liaison")
        appoint(self.head, self.unit, "unit_head")
        appoint(self.other_head, self.other_unit, "unit_head")
        for unit in (self.unit, self.other_unit, self.office_unit):
            appoint(self.leader, unit, "leader_in_charge")
        appoint(self.office, self.root, "office")
        appoint(self.chair, self.root, "school_group")
        appoint(self.registrar, self.root, "registrar")
        appoint(self.sys_admin, self.root, "sys_admin")
        appoint(self.auditor, self.root, "auditor")
        self.post = make_post(self.unit, "会计核算", self.clerk, domain="finance")
        Duty.objects.create(post=self.post, position=1, text="办理会计核算")
        self.plain_post = make_post(self.unit, "档案管理", self.colleague, is_risk_post=False)
        self.head_post = make_post(self.unit, "处长", self.head, domain="finance")
        if with_group:
            self.group = LeadingGroup.objects.create(unit=self.unit, work_plan="按月推进。", since=START)
            for user, seat in ((self.head, "leader"), (self.deputy, "deputy"), (self.member, "member")):
                GroupMember.objects.create(group=self.group, user=user, seat=seat, member_type="中层")

    def actor(self, user, on=date(2026, 9, 15)):
        return Actor(user, on=on)
