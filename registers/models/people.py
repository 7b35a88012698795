"""People and the roles they are appointed to."""

from functools import lru_cache

from django.contrib.auth.models import AbstractBaseUser, UserManager
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from registers.access import ScopedQuerySet
from registers.models.spans import WITH_END, WITHOUT_END, SpanQuerySet, in_force_on, span_constraint


class People(UserManager.from_queryset(ScopedQuerySet)):
    """The manager of accounts. ``create_user`` hashes the password."""

    def create_user(self, number, password=None, **fields):
        user = self.model(number=number, **fields)
        user.set_password(password)
        user.save()
        return user


class User(AbstractBaseUser):
    """A person with an account (人员). What someone may do follows from appointments, never from flags here."""

    number = models.CharField("工号", max_length=20, unique=True)
    name = models.CharField("姓名", max_length=40)
    sort_key = models.CharField("排序拼音", max_length=80, blank=True)
    email = models.EmailField("电子邮箱", blank=True)
    title = models.CharField("职务/职称", max_length=40, blank=True)
    rank = models.CharField("职级", max_length=20, blank=True)
    is_party_member = models.BooleanField("中共党员", default=False)
    unit = models.ForeignKey(
        "registers.Unit", models.PROTECT, null=True, related_name="people", verbose_name="所在单位"
    )
    is_active = models.BooleanField("在用", default=True)
    phone = models.CharField("联系电话", max_length=30, blank=True)
    joined_on = models.DateField("到岗日期", null=True, blank=True)
    left_on = models.DateField("离岗日期", null=True, blank=True)
    # The password is one of a slip: good until the end of this day, and to be changed at the first sign-in.
    slip_until = models.DateField("一次性密码截止", null=True, blank=True)

    objects = People()

    USERNAME_FIELD = "number"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        ordering = ["sort_key", "number"]
        verbose_name = "人员"

    def __str__(self):
        return self.name

    def get_full_name(self):
        return self.name


class AppointmentQuerySet(SpanQuerySet):
    """Roles that people hold, in their own right or as stand-ins for somebody who is absent."""

    def in_own_right(self):
        """Leave out the stand-ins."""
        return self.filter(acting_for=None)

    def in_force(self, on):
        """Keep the roles held on the day ``on``.

        A stand-in's role counts only for as long as the person he stands in for holds it himself.
        """
        return super().in_force(on).filter(Q(acting_for=None) | _held_by_principal(on))


@lru_cache(maxsize=4)
def _held_by_principal(on):
    """Return the condition that whom a stand-in acts for holds the role himself; every request asks it, mostly of today."""
    held = {"user": OuterRef("acting_for"), "unit": OuterRef("unit"), "role": OuterRef("role")}
    return Exists(Appointment.objects.filter(*in_force_on(on), acting_for=None, **held))


class Appointment(models.Model):
    """A role a person holds for a unit and all below it, from one day to another.

    A leader in charge has one appointment per unit of the portfolio (分管), beside his domains (``DomainCharge``). ``seat``: the
    holder's place among several, such as 组长 or 党组织负责人 (``registers.appointments.SEATS``). ``acting_for``: the person whose
    role a stand-in exercises (代理) for a time that is named beforehand, and why (``note``). Source: R0-04, R2-06, R3-03.
    """

    class Role(models.TextChoices):
        LIAISON = "liaison", "联络员"
        UNIT_HEAD = "unit_head", "单位负责人"
        LEADER_IN_CHARGE = "leader_in_charge", "分管校领导"
        OFFICE = "office", "领导小组办公室"
        SCHOOL_GROUP = "school_group", "学校领导小组"
        PARTY_COMMITTEE = "party_committee", "党委"
        DISCIPLINE = "discipline", "纪委线索受理人"
        REGISTRAR = "registrar", "管理员"
        SYS_ADMIN = "sys_admin", "系统管理员"
        SECURITY_ADMIN = "security_admin", "安全管理员"
        AUDITOR = "auditor", "审计员"

    class Seat(models.TextChoices):
        LEADER = "leader", "组长"
        DEPUTY = "deputy", "副组长"
        MEMBER = "member", "成员单位"
        DIRECTOR = "director", "主任"
        DEPUTY_DIRECTOR = "deputy_director", "副主任"
        STAFF = "staff", "工作人员"
        PARTY = "party", "党组织负责人"
        ADMINISTRATIVE = "administrative", "行政负责人"

    user = models.ForeignKey(User, models.PROTECT, related_name="appointments")
    unit = models.ForeignKey("registers.Unit", models.PROTECT, related_name="appointments")
    role = models.CharField("角色", max_length=20, choices=Role)
    seat = models.CharField("席位", max_length=20, choices=Seat, blank=True)
    since = models.DateField("任职日期")
    until = models.DateField("免职日期", null=True, blank=True)
    acting_for = models.ForeignKey(User, models.PROTECT, null=True, related_name="stood_in_by", verbose_name="代理对象")
    note = models.CharField("代理事由", max_length=200, blank=True)

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        constraints = [
            span_constraint("appointment"),
            models.UniqueConstraint(fields=["user", "unit", "role"], condition=WITHOUT_END, name="appointment_once"),
            # The three administrators are three people (三员): one open appointment among them per person.
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(role__in=["sys_admin", "security_admin", "auditor"]) & WITHOUT_END,
                name="three_administrators_apart",
            ),
            models.CheckConstraint(condition=Q(acting_for=None) | WITH_END, name="standin_has_an_end"),
            models.CheckConstraint(condition=Q(acting_for=None) | ~Q(acting_for=F("user")), name="standin_is_another"),
            models.CheckConstraint(
                condition=Q(acting_for=None) | ~Q(role__in=["sys_admin", "security_admin", "auditor"]),
                name="standin_for_no_administrator",
            ),
        ]

    def __str__(self):
        return f"{self.unit} {self.get_role_display()} {self.user}"

    @property
    def holder(self):
        """The name of the holder: 甲, or 甲（代乙） for a stand-in."""
        return f"{self.user}（代{self.acting_for}）" if self.acting_for_id else str(self.user)

    @property
    def holder_and_seat(self):
        """The holder with his seat: 甲（党组织负责人）."""
        return f"{self.holder}（{self.get_seat_display()}）" if self.seat else self.holder


class DomainCharge(models.Model):
    """A domain of the institution's work that a leader is in charge of (分管领域), from one day to another.

    ``domain``: the code that the rule book in use has for it, else the name that the institution gives it. It names the leader who
    answers for supervision in the domain. It gives him no sheet and no right to read one: those go by unit. Source: R2-06, R4-05.
    """

    user = models.ForeignKey(User, models.PROTECT, related_name="domains")
    domain = models.CharField("分管领域", max_length=40)
    since = models.DateField("任职日期")
    until = models.DateField("免职日期", null=True, blank=True)
    role = Appointment.Role.LEADER_IN_CHARGE  # the role in which he has it

    objects = SpanQuerySet.as_manager()

    class Meta:
        verbose_name = "分管领域"
        constraints = [
            span_constraint("domain_charge"),
            models.UniqueConstraint(fields=["user", "domain"], condition=WITHOUT_END, name="domain_charge_once"),
        ]

    def __str__(self):
        return f"{self.domain} {self.user}"
