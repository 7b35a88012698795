"""Posts, their duties, and who has held them."""

from django.db import models

from registers.models.spans import WITHOUT_END, ExistingQuerySet, SpanQuerySet, span_constraint


class Post(models.Model):
    """A post of a unit (岗位).

    The register belongs to the post; holders come and go. Source: R1-01, R2-02, R3-15.
    """

    class Tier(models.TextChoices):
        LEADING = "leading", "领导岗位"
        MIDDLE = "middle", "环节干部岗位"
        STAFF = "staff", "教职工岗位"

    class Kind(models.TextChoices):
        MANAGEMENT = "management", "管理岗位"
        PROFESSIONAL = "professional", "专业技术岗位"
        WORKER = "worker", "工勤技能岗位"

    unit = models.ForeignKey("registers.Unit", models.PROTECT, related_name="posts", verbose_name="单位")
    code = models.CharField("岗位编号", max_length=20, unique=True)
    name = models.CharField("岗位名称", max_length=60)
    tier = models.CharField("岗位层级", max_length=10, choices=Tier, default=Tier.STAFF)
    is_risk_post = models.BooleanField("风险岗位", default=False)
    is_key_post = models.BooleanField("重点岗位", default=False)
    domain = models.CharField("风险领域", max_length=40, blank=True)
    kind = models.CharField("岗位类别", max_length=12, choices=Kind, blank=True)
    level = models.CharField("岗位等级", max_length=20, blank=True)
    # Who stands in at work while the holder is away (B 岗). He holds no part of the post and owes nothing for it.
    backup = models.ForeignKey(
        "registers.User", models.PROTECT, null=True, blank=True, related_name="backed_posts", verbose_name="B岗人员"
    )
    # How many people may hold it; None: nobody has said it. More or fewer are shown and warned of (``registers.establishment``).
    authorised = models.PositiveSmallIntegerField("核定职数", null=True, blank=True)
    closed_on = models.DateField("撤销日期", null=True, blank=True)

    objects = ExistingQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        verbose_name = "岗位"

    def __str__(self):
        return self.name


class Duty(models.Model):
    """One duty of a post (岗位职责). Source: R0-17."""

    post = models.ForeignKey(Post, models.CASCADE, related_name="duties")
    position = models.PositiveSmallIntegerField()
    text = models.CharField("岗位职责", max_length=300)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["post", "position"], name="duty_position_once")]

    def __str__(self):
        return self.text


class Incumbency(models.Model):
    """A person's time in a post, from one day to another (任职). Several people may hold a post at once.

    Source: R0-26, R1-40.
    """

    post = models.ForeignKey(Post, models.PROTECT, related_name="incumbencies")
    user = models.ForeignKey("registers.User", models.PROTECT, related_name="incumbencies")
    since = models.DateField("任职日期")
    until = models.DateField("离任日期", null=True, blank=True)

    objects = SpanQuerySet.as_manager()

    class Meta:
        constraints = [
            span_constraint("incumbency"),
            models.UniqueConstraint(fields=["post", "user"], condition=WITHOUT_END, name="incumbency_once"),
        ]

    def __str__(self):
        return f"{self.post} {self.user}"
