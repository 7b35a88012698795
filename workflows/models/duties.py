"""Statements of duty, what people keep out of, audits of those who leave, planned education."""

from django.db import models
from django.db.models import F, Q

from registers import clock
from registers.access import ScopedQuerySet


class DutyStatement(models.Model):
    """What a unit answers for in a year (责任书、职责说明), drafted by the office and signed by the unit's head.

    ``parts``: code of the scheme's part → text. How far it has come is said by its times: drafted, sent to the unit, signed. ``reply``:
    what the head wants changed, where he sent it back. Source: R0-18, R2-18.
    """

    institution = models.ForeignKey("registers.Unit", models.PROTECT, related_name="+")
    scheme = models.ForeignKey("registers.Scheme", models.PROTECT, related_name="+")
    unit = models.ForeignKey("registers.Unit", models.PROTECT, related_name="duty_statements", verbose_name="单位")
    year = models.PositiveSmallIntegerField("年度")
    parts = models.JSONField("内容", default=dict)
    drafted_by = models.ForeignKey("registers.User", models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField("起草时间")
    sent_by = models.ForeignKey("registers.User", models.PROTECT, null=True, related_name="+")
    sent_at = models.DateTimeField("送签时间", null=True)
    reply = models.TextField("修改意见", blank=True)
    signed_by = models.ForeignKey("registers.User", models.PROTECT, null=True, related_name="+")
    signed_at = models.DateTimeField("签字时间", null=True)
    signed_digest = models.CharField(max_length=64, blank=True)
    version = models.PositiveIntegerField(default=0)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["-year", "unit__position", "unit__code"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "year"], name="duty_statement_once_a_year"),
            models.CheckConstraint(
                condition=Q(signed_at=None, signed_by=None, signed_digest="")
                | Q(signed_at__isnull=False, signed_by__isnull=False, sent_at__isnull=False) & ~Q(signed_digest=""),
                name="duty_statement_signed_after_sent",
            ),
            models.CheckConstraint(
                condition=Q(signed_by=None) | ~Q(signed_by=F("sent_by")), name="duty_statement_of_two"
            ),
        ]

    def __str__(self):
        return f"{self.unit.name}{self.year}年度{self.label}"

    @property
    def label(self):
        """What the scheme calls it."""
        rules = self.scheme.rules.duties.statement
        return rules.label if rules else "责任书"

    @property
    def shown(self):
        """The parts in the order of the scheme: ``[(label, text)]``."""
        rules = self.scheme.rules.duties.statement
        labels = [(part.code, part.label) for part in rules.parts] if rules else [(code, code) for code in self.parts]
        return [(label, self.parts.get(code, "")) for code, label in labels]

    @property
    def stage(self):
        """How far it has come, in a word and a tone."""
        if self.signed_at:
            return "已签", "ok"
        if self.sent_at:
            return "待签字", "warn"
        return ("待修改", "warn") if self.reply else ("起草中", "off")


class AvoidanceRecord(models.Model):
    """What somebody has to keep out of (回避), because of which relation, and what was decided.

    ``relation``: a code of the scheme's. The relative is never named. Restricted: the person, his unit's head, the office, the 纪委.
    Source: R4-09.
    """

    class Outcome(models.TextChoices):
        AVOID = "avoid", "应当回避"
        NONE = "none", "不需要回避"

    institution = models.ForeignKey("registers.Unit", models.PROTECT, related_name="+")
    scheme = models.ForeignKey("registers.Scheme", models.PROTECT, related_name="+")
    unit = models.ForeignKey("registers.Unit", models.PROTECT, related_name="+", verbose_name="单位")
    person = models.ForeignKey("registers.User", models.PROTECT, related_name="+", verbose_name="人员")
    relation = models.CharField("关系", max_length=40)
    matter = models.CharField("回避的事项", max_length=200)
    declared_at = models.DateTimeField("报告时间")
    outcome = models.CharField("决定", max_length=5, choices=Outcome, blank=True)
    words = models.CharField("安排", max_length=300, blank=True)
    decided_by = models.ForeignKey("registers.User", models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField("决定时间", null=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = [F("decided_at").desc(nulls_first=True), "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="", decided_by=None, decided_at=None)
                | Q(outcome__in=["avoid", "none"], decided_by__isnull=False, decided_at__isnull=False),
                name="avoidance_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("person")), name="avoidance_decided_by_another"
            ),
            models.CheckConstraint(condition=~Q(matter="") & ~Q(relation=""), name="avoidance_says_what"),
        ]

    def __str__(self):
        return f"{self.person}回避报告"

    @property
    def relation_label(self):
        """The relation in words of the scheme."""
        rules = self.scheme.rules.duties.avoidance
        return next((one.label for one in rules.relations if one.code == self.relation), "") if rules else ""


class LeavingAudit(models.Model):
    """The audit of somebody who leaves a post (离任审计), by reference only.

    Number, day, how many findings, and where the paper is kept.
        What was found is not kept here. Restricted as ``AvoidanceRecord`` is. Source: R4-09.
    """

    institution = models.ForeignKey("registers.Unit", models.PROTECT, related_name="+")
    scheme = models.ForeignKey("registers.Scheme", models.PROTECT, related_name="+")
    unit = models.ForeignKey("registers.Unit", models.PROTECT, related_name="+", verbose_name="单位")
    person = models.ForeignKey("registers.User", models.PROTECT, related_name="+", verbose_name="人员")
    post = models.CharField("离任岗位", max_length=60)
    kind = models.CharField("种类", max_length=40)
    left_on = models.DateField("离任日期")
    reference = models.CharField("文号", max_length=60)
    audited_on = models.DateField("报告日期")
    findings = models.PositiveSmallIntegerField("问题数")
    kept_at = models.CharField("存放处", max_length=120)
    by = models.ForeignKey("registers.User", models.PROTECT, related_name="+")
    at = models.DateTimeField("登记时间")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["-audited_on", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["institution", "reference", "person"], name="leaving_audit_once"),
            models.CheckConstraint(condition=~Q(reference="") & ~Q(kept_at=""), name="leaving_audit_says_where"),
        ]

    def __str__(self):
        return self.reference

    @property
    def kind_label(self):
        """The kind in words of the scheme."""
        rules = self.scheme.rules.duties.leaving_audit
        return next((one.label for one in rules.kinds if one.code == self.kind), "") if rules else ""


class EducationItem(models.Model):
    """One thing that a year's plan of education holds (教育计划), and for which posts it is meant.

    ``unit``: the institution for the school's plan. A post is meant when it has the ``flag``, a point in force of grade ``rank`` or graver,
    and the ``domain``; what is left empty asks nothing. ``activities``: what was held for it. Source: R2-17, R2-27, R4-01.
    """

    class Flag(models.TextChoices):
        LEADERS = "leaders", "领导班子和领导干部"
        KEY = "key", "重点岗位"
        RISK = "risk", "风险岗位"

    institution = models.ForeignKey("registers.Unit", models.PROTECT, related_name="+")
    scheme = models.ForeignKey("registers.Scheme", models.PROTECT, related_name="+")
    unit = models.ForeignKey("registers.Unit", models.PROTECT, related_name="education_items", verbose_name="单位")
    year = models.PositiveSmallIntegerField("年度")
    title = models.CharField("内容", max_length=120)
    kind = models.CharField("形式", max_length=40)
    due_on = models.DateField("完成时间")
    flag = models.CharField("岗位", max_length=8, choices=Flag, blank=True)
    rank = models.PositiveSmallIntegerField("等级", null=True)
    domain = models.CharField("领域", max_length=40, blank=True)
    activities = models.ManyToManyField(
        "workflows.Activity", related_name="education_items", verbose_name="已开展的活动"
    )
    by = models.ForeignKey("registers.User", models.PROTECT, related_name="+")
    at = models.DateTimeField("登记时间")
    version = models.PositiveIntegerField(default=0)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "pk"]
        indexes = [models.Index(fields=["year", "unit"], name="education_of_year")]
        constraints = [models.CheckConstraint(condition=~Q(title=""), name="education_says_what")]

    def __str__(self):
        return self.title

    @property
    def kind_label(self):
        return self.scheme.rules.label_of("activities", self.kind)

    @property
    def meant(self):
        """For whom it is meant, in words of the scheme."""
        rules = self.scheme.rules
        grade = next((grade.label for grade in rules.grades if grade.rank == self.rank), "")
        domain = rules.label_of("domains", self.domain) if self.domain else ""
        said = (self.get_flag_display(), domain, f"{grade}以上风险点" if grade else "")
        return "、".join(part for part in said if part) or "全部岗位"

    @property
    def is_late(self):
        """Whether its day is past and nothing was held. Its activities must have been counted as ``held``."""
        return not self.held and self.due_on < clock.today()
