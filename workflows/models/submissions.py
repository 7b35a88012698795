"""Submissions, their lines, and where each stands on its route.

The decisions on them are in ``decisions``.
"""

import uuid

from django.db import models
from django.db.models import F, Q

from registers import clock
from registers.access import ScopedQuerySet
from registers.models.schemes import WithRules


class State(models.TextChoices):
    """The states of a submission."""

    WAITING = "waiting", "未开放"
    OPEN = "open", "待填报"
    IN_REVIEW = "in_review", "审核中"
    RETURNED = "returned", "已退回"
    FILED = "filed", "已办结"
    CANCELLED = "cancelled", "已取消"


EDITABLE = (State.OPEN, State.RETURNED)
ENDED = (State.FILED, State.CANCELLED)
UNFINISHED = (State.WAITING, State.OPEN, State.IN_REVIEW, State.RETURNED)

# What a sheet in review waits for (``waiting_role``) where nobody decides on it: a notice to be drafted and released, the end of
# its notice, the sheet that carries it, or sheets that it carries and that went back to their fillers.
UNPUBLISHED, NOTICE, CARRIER, CARRIED = "unpublished", "notice", "carrier", "carried"
MEETING = "meeting"  # a body decides: the organiser puts the sheet on an agenda
IDLE = (UNPUBLISHED, NOTICE, CARRIER, CARRIED)
ALONE = Q(state="in_review", waiting_role=CARRIER, carrier=None)  # handed in, and no sheet has taken it along


class SubmissionQuerySet(WithRules, ScopedQuerySet):
    """Submissions of people and units."""

    rules_at = "task__campaign__scheme"


class Submission(models.Model):
    """One task of one post holder or one unit, and the sheet filled in for it (填报表).

    A set of proposed changes to the register. The register changes only when the submission reaches the end of its
    route. ``state`` and ``step`` are changed in ``workflows.routing.moves`` only. ``waiting_role``: who acts at the
    present step, after climbing past the person concerned. ``version`` counts every move, and a decision names the
    version it saw. ``person`` without ``post``: the sheet is the unit's, and it is this person who proposes it (an
    adjustment). ``carrier``: the unit's sheet that has taken this one along since it was handed in. ``sequence``: 1
    for the first submission of a year-round task, 2 for the next. ``due_on`` None: such a task has no last day.
    """

    task = models.ForeignKey("workflows.CampaignTask", models.CASCADE, related_name="submissions")
    unit = models.ForeignKey("registers.Unit", models.PROTECT, related_name="submissions")
    post = models.ForeignKey("registers.Post", models.PROTECT, null=True, related_name="submissions")
    person = models.ForeignKey("registers.User", models.PROTECT, null=True, related_name="submissions")
    group = models.ForeignKey("registers.LeadingGroup", models.PROTECT, null=True, related_name="submissions")
    carrier = models.ForeignKey("self", models.PROTECT, null=True, related_name="carried", verbose_name="随哪张表审核")
    sequence = models.PositiveSmallIntegerField("第几次", default=1)
    narrative = models.TextField(blank=True)
    attachments = models.ManyToManyField("workflows.Attachment", related_name="submissions", verbose_name="附件")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    step = models.CharField(max_length=40)
    waiting_role = models.CharField(max_length=20, blank=True)
    assigned_to = models.ForeignKey(
        "registers.User", models.PROTECT, null=True, related_name="+", verbose_name="转办给"
    )
    version = models.PositiveIntegerField(default=0)
    round = models.PositiveSmallIntegerField("轮次", default=1)
    due_on = models.DateField("截止日期", null=True)
    step_due_on = models.DateField("本步骤截止日期", null=True)
    gravest_rank = models.PositiveSmallIntegerField(null=True)
    submitted_at = models.DateTimeField(null=True)
    moved_at = models.DateTimeField(null=True)
    filed_at = models.DateTimeField(null=True)
    cancel_reason = models.CharField("停办原因", max_length=100, blank=True)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        ordering = [F("due_on").asc(nulls_last=True), "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["task", "post", "person", "sequence"],
                condition=Q(person__isnull=False),
                name="submission_once_per_holder",
            ),
            models.UniqueConstraint(
                fields=["task", "unit", "person", "sequence"],
                condition=Q(person__isnull=False, post=None),
                name="submission_once_per_proposer",
            ),
            models.UniqueConstraint(
                fields=["task", "unit", "sequence"], condition=Q(person=None), name="submission_once_per_unit"
            ),
            models.CheckConstraint(
                condition=Q(post=None) | Q(person__isnull=False),
                name="submission_post_with_person",
            ),
            models.CheckConstraint(
                condition=Q(state="filed", filed_at__isnull=False) | ~Q(state="filed") & Q(filed_at=None),
                name="submission_filed_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state="in_review") | ~Q(waiting_role="") & Q(submitted_at__isnull=False),
                name="submission_in_review_waits_for_someone",
            ),
            models.CheckConstraint(condition=Q(state__in=State.values), name="submission_state_declared"),
        ]
        indexes = [
            models.Index(fields=["state", "waiting_role", "unit"], name="submission_queue"),
            models.Index(fields=["person", "state"], name="submission_by_person"),
            models.Index(fields=["unit", "state"], name="submission_by_unit"),
        ]

    def __str__(self):
        return f"{self.task} {self.person or self.unit}"

    @property
    def subject(self):
        """The subject of the submission in words: person and post, or unit."""
        person, post = self.person if self.person_id else None, self.post if self.post_id else None
        return subject_of(person=person, post=post, unit=self.unit)

    @property
    def as_of(self):
        """The day whose organisation the submission shows: when it was handed in, or today until then."""
        at = None if self.state in EDITABLE else self.submitted_at
        return clock.local_day(at) if at else clock.today()

    @property
    def due_now(self):
        """The last day that counts now: in review that of the present step, else that of filling the sheet."""
        return self.step_due_on if self.state == State.IN_REVIEW else self.due_on

    @property
    def step_rules(self):
        """The present step in the rule book, None before the submission has opened and after its end."""
        return next((step for step in self.task.route_rules.steps if step.code == self.step), None)


def subject_of(*, person, post, unit):
    """Return the subject of a submission in words. Of each its row or its name, None where there is none."""
    if post is not None:
        return f"{person}（{post}）"
    return f"{unit}" if person is None else f"{unit}（{person}提出）"


class Draft(models.Model):
    """What is typed and not yet submitted (草稿).

    Only whoever may fill the sheet sees it (``SubmissionPolicy.may_fill``). Saving it is one statement.
    """

    submission = models.OneToOneField(Submission, models.CASCADE, related_name="draft", primary_key=True)
    content = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey("registers.User", models.PROTECT, related_name="+")

    def __str__(self):
        return f"{self.submission_id}/{self.version}"


class ReviewDraft(models.Model):
    """What a reviewer has typed about a sheet and not sent yet. Only he sees it.

    ``content``: field of the review form → text. ``sheet_version``: the version of the sheet that he had on screen; what he typed
    about another one is not put into his form again. ``version`` counts the saves. It goes when he has voted or decided, and with
    the sheet.
    """

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="review_drafts")
    reviewer = models.ForeignKey("registers.User", models.CASCADE, related_name="+")
    sheet_version = models.PositiveIntegerField()
    content = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["submission", "reviewer"], name="review_draft_once_per_reviewer")
        ]

    def __str__(self):
        return f"{self.submission_id}/{self.version}"


class SheetDocument(models.Model):
    """What a sheet shows, composed when it was handed in and kept. Never changed.

    Readers, signatures, votes, notices and the filed paper are this document and what has been decided since. ``version``: that of
    the submission which was handed in; the decision that did so saw the same.
    """

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="documents")
    version = models.PositiveIntegerField()
    content = models.JSONField()
    composed_at = models.DateTimeField()

    class Meta:
        ordering = ["version"]
        constraints = [
            models.UniqueConstraint(fields=["submission", "version"], name="sheet_document_once_per_version")
        ]

    def __str__(self):
        return f"{self.submission_id}/{self.version}"


class SubmissionLine(models.Model):
    """One proposed change. Lines of one ``entry`` are shown and judged together.

    ``fingerprint``: digest of what the reviewer is shown. An accepted line stays accepted for as long as it does not
    change. Each line has exactly one versioned record.
    """

    class Change(models.TextChoices):
        ADD = "add", "新增"
        KEEP = "keep", "沿用"
        REVISE = "revise", "修改"
        RETIRE = "retire", "撤销"
        CONFIRM = "confirm", "确认"  # a successor takes it over unchanged
        DISPUTE = "dispute", "存疑"  # a successor doubts it: it stays in force, with his reason

    class Verdict(models.TextChoices):
        PENDING = "", "待审"
        ACCEPTED = "accepted", "准确"
        RETURNED = "returned", "退回"

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="lines")
    entry = models.UUIDField(default=uuid.uuid4)
    position = models.PositiveSmallIntegerField()
    change = models.CharField(max_length=8, choices=Change)
    risk_point = models.ForeignKey("registers.RiskPoint", models.PROTECT, null=True, related_name="lines")
    power_item = models.ForeignKey("registers.PowerItem", models.PROTECT, null=True, related_name="lines")
    measure = models.ForeignKey("registers.ControlMeasure", models.PROTECT, null=True, related_name="lines")
    post_grade = models.ForeignKey("registers.PostGrade", models.PROTECT, null=True, related_name="lines")
    reason = models.TextField("说明", blank=True)
    fingerprint = models.CharField(max_length=64)
    verdict = models.CharField(max_length=8, choices=Verdict, default=Verdict.PENDING, blank=True)
    comment = models.TextField("审核意见", blank=True)
    returned_at = models.DateTimeField(null=True)
    rounds_returned = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(risk_point__isnull=False, power_item=None, measure=None, post_grade=None)
                | Q(risk_point=None, power_item__isnull=False, measure=None, post_grade=None)
                | Q(risk_point=None, power_item=None, measure__isnull=False, post_grade=None)
                | Q(risk_point=None, power_item=None, measure=None, post_grade__isnull=False),
                name="line_points_to_one_record",
            ),
            models.CheckConstraint(condition=~Q(verdict="returned") | ~Q(comment=""), name="line_returned_with_reason"),
        ]

    def __str__(self):
        return f"{self.get_change_display()} {self.record}"

    @property
    def record(self):
        return self.risk_point or self.power_item or self.measure or self.post_grade


def short_code(digest):
    """The first eight characters of a digest as printed: ``A1B2-C3D4``."""
    return f"{digest[:4]}-{digest[4:8]}".upper() if digest else ""


class Arrival(models.Model):
    """A role that a submission has reached, and from when that role may read it. Source: R1-30."""

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="arrivals")
    role = models.CharField(max_length=20)
    since = models.DateTimeField()
    is_copy = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["submission", "role"], name="arrival_once_per_role")]

    def __str__(self):
        return f"{self.role} {self.submission_id}"


class FiledPaper(models.Model):
    """The frozen content of a paper as it was filed, with its digest (备案件). Never changed."""

    submission = models.OneToOneField(Submission, models.PROTECT, related_name="filed_paper")
    paper = models.CharField(max_length=40)
    document = models.JSONField()
    digest = models.CharField(max_length=64)
    filed_at = models.DateTimeField()

    objects = ScopedQuerySet.as_manager()

    def __str__(self):
        return f"{self.paper} {short_code(self.digest)}"
