"""Risk points, the grades of posts, and control measures."""

from django.db import models
from django.db.models import ExpressionWrapper, F, Q

from registers.models.powers import MajorMatter
from registers.models.spans import ENDED_VERSION, OPEN_VERSION, version_constraints
from registers.models.versioned import Versioned
from registers.schemes.language import Level

# A point in force that names a power in words and stands on none (registers.placing).
IN_DOUBT = OPEN_VERSION & Q(power_series=None) & ~Q(power_item="")
UNGRADED = 99  # the rank of a measure whose point has no grade: behind every other
# Measures in the order of lists: the gravest points first, then by day; what has no day comes last. Both databases have an index in it.
GRAVEST_FIRST = (
    F("rank"),
    ExpressionWrapper(Q(due_on=None), models.BooleanField()),
    F("due_on"),
    F("unit"),
    F("point_series"),
    F("id"),
)


class RiskPoint(Versioned):
    """One version of a place where a power could be abused (风险点).

    ``holder`` is None for a unit's point. ``factors`` maps a grading factor's code to its value. ``power_series`` and ``step_key``:
    the power it belongs to, and the step of it, by key; ``power_item`` and ``step`` say the same in the words of that day.
    Never edited once in force. Source: R0-17, R1-18, R3-05, R3-17.
    """

    level = models.CharField("层面", max_length=10, choices=[(level.value, level.value) for level in Level])
    unit = models.ForeignKey("registers.Unit", models.PROTECT, related_name="risk_points")
    post = models.ForeignKey("registers.Post", models.PROTECT, null=True, related_name="risk_points")
    holder = models.ForeignKey("registers.User", models.PROTECT, null=True, related_name="risk_points")
    power_item = models.CharField("权力（业务）事项", max_length=120, blank=True)
    power_series = models.UUIDField("所属权力", null=True, db_index=True)
    step = models.CharField("所在步骤", max_length=300, blank=True)
    step_key = models.UUIDField("所在步骤（标识）", null=True)
    duty = models.CharField("岗位职责内容", max_length=300, blank=True)
    major_matter = models.CharField("三重一大", max_length=12, choices=MajorMatter, blank=True, default="")
    category = models.ForeignKey("registers.RiskCategory", models.PROTECT, related_name="+")
    content = models.TextField("风险内容")
    manifestation = models.TextField("表现形式", blank=True)
    finding_source = models.CharField("查找方式", max_length=40, blank=True)
    nature = models.CharField("风险性质", max_length=40, blank=True)
    involved_posts = models.CharField("涉及岗位", max_length=200, blank=True)
    factors = models.JSONField(default=dict)
    self_grade = models.ForeignKey("registers.Grade", models.PROTECT, null=True, related_name="+")
    proposed_grade = models.ForeignKey("registers.Grade", models.PROTECT, null=True, related_name="+")
    final_grade = models.ForeignKey("registers.Grade", models.PROTECT, null=True, related_name="points")
    grade_reason = models.TextField("等级说明", blank=True)

    class Meta:
        constraints = [
            *version_constraints("risk_point"),
            models.CheckConstraint(
                condition=Q(level=Level.PERSONAL, post__isnull=False, holder__isnull=False) | ~Q(level=Level.PERSONAL),
                name="risk_point_personal_has_post_and_holder",
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "level", "in_force_from"], name="risk_point_by_unit"),
            # /risks/ and /ledger/: which points of one unit and grade a reader may read; it is answered from the index alone.
            models.Index(
                fields=["unit", "final_grade", "category", "level", "holder", "id"],
                condition=OPEN_VERSION,
                name="risk_point_by_grade",
            ),
            # /risks/ and /ledger/: what differs on a day from the kept counts (registers.counts).
            models.Index(fields=["in_force_until"], condition=ENDED_VERSION, name="risk_point_by_end"),
            models.Index(fields=["in_force_from"], condition=OPEN_VERSION, name="risk_point_by_start"),
            # /powers/: how many points wait to be placed on a power.
            models.Index(fields=["unit"], condition=IN_DOUBT, name="risk_point_in_doubt"),
        ]
        ordering = ["category__position", "pk"]

    def __str__(self):
        return self.content[:30]


class PostGrade(Versioned):
    """One version of the grade of a post as a whole (岗位风险等级).

    It stands beside the grades of the post's risk points. Source: R3-22.
    """

    unit = models.ForeignKey("registers.Unit", models.PROTECT, related_name="post_grades")
    post = models.ForeignKey("registers.Post", models.PROTECT, related_name="grades")
    self_grade = models.ForeignKey("registers.Grade", models.PROTECT, null=True, related_name="+")
    proposed_grade = models.ForeignKey("registers.Grade", models.PROTECT, null=True, related_name="+")
    final_grade = models.ForeignKey("registers.Grade", models.PROTECT, null=True, related_name="posts")
    grade_reason = models.TextField("等级说明", blank=True)
    remark = models.CharField("备注", max_length=200, blank=True)

    class Meta:
        constraints = version_constraints("post_grade")
        ordering = ["post__code", "pk"]

    def __str__(self):
        return f"{self.post} {self.final_grade or self.proposed_grade or ''}"


class ControlMeasure(Versioned):
    """One version of a measure at one stage against one risk point (防控措施).

    ``point_series`` is the series of the point, so a measure outlives the point's versions. ``responsible``: those who carry
    it out, None: whoever answers for the point. ``due_on``: by when it is to be carried out. Source: R0-13, R0-20, R1-29, R3-31.

    Two things are kept here for lists: ``rank``, that of the grade of its point (by ``registers.versions``), and ``noted``, what
    the latest note on this version says of it (by ``workflows.controls``; empty: nothing yet).
    """

    point_series = models.UUIDField(db_index=True)
    unit = models.ForeignKey("registers.Unit", models.PROTECT, related_name="control_measures")
    stage = models.CharField("阶段", max_length=40)
    text = models.TextField("防控措施")
    responsible = models.ForeignKey(
        "registers.Responsibility", models.PROTECT, null=True, related_name="measures", verbose_name="责任人"
    )
    due_on = models.DateField("完成时限", null=True)
    regulation = models.ForeignKey(
        "registers.Regulation", models.PROTECT, null=True, related_name="measures", verbose_name="依据制度"
    )
    rank = models.PositiveSmallIntegerField(default=UNGRADED, editable=False)
    noted = models.CharField(max_length=10, default="", editable=False)

    class Meta:
        constraints = [
            *version_constraints("control_measure"),
            models.UniqueConstraint(
                fields=["point_series", "stage"],
                condition=OPEN_VERSION,
                name="control_measure_one_per_stage",
            ),
        ]
        indexes = [
            # /measures/ of those who read the whole school
            models.Index(*GRAVEST_FIRST, name="measure_gravest_first"),
        ]
        ordering = ["pk"]

    def __str__(self):
        return self.text[:30]
