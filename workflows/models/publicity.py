"""Notices of proposed grades and lists, and objections to them."""

from django.db import models
from django.db.models import F, Q

from registers.access import ScopedQuerySet
from registers.models.schemes import WithRules
from registers.schemes.publicity import PERSON, days_in_words, kind_named
from workflows.models.audiences import AUDIENCES, WithAudience


class NoticeQuerySet(WithRules, ScopedQuerySet):
    """Notices."""

    rules_at = "task__campaign__scheme"

    def running(self, on):
        """Notices that are published on the day ``on``."""
        return self.filter(starts_on__lte=on, ends_on__gte=on, cleared_at=None, withdrawn_at=None)

    def kept(self, on):
        """Notices whose last day was before ``on`` and which stay readable without names (``after_end``)."""
        return self.filter(ends_on__lt=on, after_end="nameless", withdrawn_at=None)


class PublicityNotice(WithAudience, models.Model):
    """One notice (公示) of sheets of a unit, or of the school, for one task. Source: R1-27, R1-28.

    One person drafts it, another releases it; until then only those who publish see it. Release freezes ``items`` and ``columns``,
    the only fields shown, and the days; ``ends_on`` is the last one. Afterwards only a ``Correction`` changes words of it. ``step``:
    of the route on which its sheets wait. ``follows``: the notice that it repeats, because something was changed since. ``kind``: its
    kind in the rule book, "" for the usual one. ``after_end``: what readers see of it after its last day, fixed at release.
    ``impact``: of what publishing means for the people named. ``units``: the readers of a notice to chosen units, those of its sheets
    among them.
    """

    task = models.ForeignKey("workflows.CampaignTask", models.CASCADE, related_name="notices")
    step = models.CharField(max_length=40)
    kind = models.CharField(max_length=40, blank=True)
    after_end = models.CharField(
        "期满以后", max_length=8, choices=[("removed", "撤下"), ("nameless", "去掉姓名后保留")], default="removed"
    )
    impact = models.ForeignKey("workflows.ImpactAssessment", models.PROTECT, null=True, related_name="notices")
    attachments = models.ManyToManyField("workflows.Attachment", related_name="notices", verbose_name="附件")
    sheets = models.ManyToManyField("workflows.Submission", through="workflows.NoticeSheet", related_name="notices")
    audience = models.CharField(max_length=10, choices=AUDIENCES)
    units = models.ManyToManyField("registers.Unit", related_name="told_notices", verbose_name="选定的单位")
    unit = models.ForeignKey("registers.Unit", models.PROTECT, related_name="notices")
    title = models.CharField("标题", max_length=160)
    items = models.JSONField(default=list)
    columns = models.JSONField(default=list)
    drafted_by = models.ForeignKey("registers.User", models.PROTECT, null=True, related_name="+")
    drafted_at = models.DateTimeField()
    released_by = models.ForeignKey("registers.User", models.PROTECT, null=True, related_name="+")
    released_at = models.DateTimeField(null=True)
    starts_on = models.DateField("公示开始", null=True)
    ends_on = models.DateField("公示截止", null=True)
    cleared_at = models.DateTimeField(null=True)
    outcome = models.CharField("公示结果", max_length=200, blank=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey("registers.User", models.PROTECT, null=True, related_name="+")
    withdrawn_why = models.TextField("撤回原因", blank=True)
    follows = models.ForeignKey("self", models.SET_NULL, null=True, related_name="repeated_by")

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="notice_ends_after_start"),
            models.CheckConstraint(
                condition=Q(released_at=None, starts_on=None, ends_on=None)
                | Q(released_at__isnull=False, starts_on__isnull=False, ends_on__isnull=False),
                name="notice_has_days_once_released",
            ),
            models.CheckConstraint(condition=~Q(released_by=F("drafted_by")), name="notice_released_by_another"),
        ]

    def __str__(self):
        return self.title

    verb = "notice"

    @property
    def rules(self):
        """The rule book under which it is published."""
        return self.task.campaign.scheme.rules

    @property
    def kind_rules(self):
        """The rules of its kind of notice."""
        return kind_named(self.rules, self.kind)

    def items_on(self, on):
        """Return the rows as they may be read on the day ``on``: without names once its days are over."""
        if self.after_end == "nameless" and self.ends_on is not None and on > self.ends_on:
            return [{field: value for field, value in item.items() if field != PERSON} for item in self.items]
        return self.items

    @property
    def days_text(self):
        """For how many days it runs, in words."""
        return days_in_words(self.kind_rules, self.step_rules.days)

    @property
    def step_rules(self):
        """The step of the route at which its sheets wait."""
        return next(step for step in self.task.route_rules.steps if step.code == self.step)


class NoticeSheet(models.Model):
    """A sheet on a notice. It waits at its notice step until it leaves the notice.

    ``ended``: it left because the period was over and no objection was open, so its grades have been on notice. Else it was
    withdrawn, or went back. ``version``: of the sheet when the notice was released.
    """

    notice = models.ForeignKey(PublicityNotice, models.CASCADE, related_name="bundled")
    submission = models.ForeignKey("workflows.Submission", models.CASCADE, related_name="notice_sheets")
    round = models.PositiveSmallIntegerField()
    version = models.PositiveIntegerField(null=True)
    left_at = models.DateTimeField(null=True)
    ended = models.BooleanField(default=False)
    outcome = models.CharField("公示结果", max_length=200, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["submission"], condition=Q(left_at=None), name="sheet_on_one_notice"),
            models.UniqueConstraint(fields=["notice", "submission"], name="sheet_once_on_a_notice"),
        ]

    def __str__(self):
        return f"{self.notice_id} {self.submission_id}"


class Objection(models.Model):
    """An objection to a notice, or to one row of it (异议): a colleague's, or one from the public door.

    The unit concerned never reads it. The office handles it. ``row``: the number of the item, 0 where it is about the
    whole; ``submission``: the sheet that the row stands on. An objection that was ``upheld`` sends that sheet back.
    One from the public door has no ``author`` and a receipt code, of which only the digest is kept; ``at`` is then the beginning
    of the day on which it came. A suggestion (建议) holds no sheet up. ``extended_why``: why the answer takes longer. ``into``: the
    objection that says the same and is answered for both.
    """

    class Category(models.TextChoices):
        """What an objection is about."""

        CONTENT = "content", "内容（与事实不符）"
        GRADE = "grade", "等级"
        OMISSION = "omission", "遗漏（应列未列）"
        OTHER = "other", "其他"
        SUGGESTION = "suggestion", "建议"

    class Finding(models.TextChoices):
        """What came of an objection."""

        REJECTED = "rejected", "不成立"
        PARTLY = "partly", "部分成立"
        UPHELD = "upheld", "成立"
        CORRECTED = "corrected", "更正（文字差错）"
        ELSEWHERE = "elsewhere", "不属受理范围"
        MERGED = "merged", "并入另一件"
        RETRACTED = "retracted", "提出人撤回"

    notice = models.ForeignKey(PublicityNotice, models.PROTECT, related_name="objections")
    row = models.PositiveIntegerField("对哪一项", default=0)
    submission = models.ForeignKey("workflows.Submission", models.CASCADE, null=True, related_name="objections")
    author = models.ForeignKey("registers.User", models.PROTECT, null=True, related_name="+")
    category = models.CharField("类别", max_length=10, choices=Category.choices, default=Category.OTHER)
    text = models.TextField("异议内容")
    at = models.DateTimeField()
    code_digest = models.CharField(max_length=64, blank=True)
    attachments = models.ManyToManyField("workflows.Attachment", related_name="objections")
    extended_at = models.DateTimeField(null=True)
    extended_why = models.TextField("延期答复的原因", blank=True)
    handled_at = models.DateTimeField(null=True)
    handled_by = models.ForeignKey("registers.User", models.PROTECT, null=True, related_name="+")
    finding = models.CharField("处理结论", max_length=10, choices=Finding.choices, blank=True)
    handling = models.TextField("处理情况", blank=True)
    into = models.ForeignKey("self", models.PROTECT, null=True, related_name="merged")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["notice", "author", "row"], name="objection_once_per_person_and_row"),
            models.UniqueConstraint(fields=["code_digest"], condition=~Q(code_digest=""), name="objection_code_once"),
            models.CheckConstraint(condition=Q(handled_at=None) | ~Q(handling=""), name="objection_handled_with_words"),
            models.CheckConstraint(
                condition=Q(author=None) & ~Q(code_digest="") | Q(author__isnull=False, code_digest=""),
                name="objection_by_colleague_or_by_code",
            ),
            models.CheckConstraint(
                condition=Q(into=None) & ~Q(finding="merged") | Q(into__isnull=False, finding="merged"),
                name="objection_merged_into_another",
            ),
        ]

    def __str__(self):
        return f"{self.notice_id} {self.at:%Y-%m-%d}"


class Correction(models.Model):
    """Words of a released notice that were set right while it goes on (更正).

    In its title (``row`` 0), or in the name of a post or unit of a row. ``objection``: which pointed them out.
    """

    notice = models.ForeignKey(PublicityNotice, models.CASCADE, related_name="corrections")
    objection = models.ForeignKey(Objection, models.PROTECT, related_name="corrections")
    row = models.PositiveIntegerField("第几项")
    heading = models.CharField("栏目", max_length=40)
    before = models.TextField("原文")
    after = models.TextField("更正为")
    made_by = models.ForeignKey("registers.User", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [models.CheckConstraint(condition=~Q(before=F("after")), name="correction_changes_something")]

    def __str__(self):
        return f"{self.notice_id} {self.at:%Y-%m-%d}"
