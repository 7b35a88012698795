"""Rankings of units: their frozen figures, what takes points off, and what units contest (排名)."""

from django.db import models
from django.db.models import F, Q

from registers import clock
from registers.access import ScopedQuerySet


class Ranking(models.Model):
    """The ranking of the units of one campaign.

    How far it has come is said by its times: computed, shown to the units, decided, released. ``counted_on``: only what was due
    before that day counts. ``contest_until``: the last day on which units contest their figures. ``decision``: which meeting decided, on
    which day. ``result``: what everybody may read, frozen at release; it holds no score and nothing negative by name.
    """

    campaign = models.OneToOneField("workflows.Campaign", models.PROTECT, related_name="ranking")
    counted_on = models.DateField("统计日期")
    computed_by = models.ForeignKey("registers.User", models.PROTECT, related_name="+")
    computed_at = models.DateTimeField("计算时间")
    shown_by = models.ForeignKey("registers.User", models.PROTECT, null=True, related_name="+")
    shown_at = models.DateTimeField("交单位核对时间", null=True)
    contest_until = models.DateField("异议截止", null=True)
    decision = models.CharField("审定依据", max_length=200, blank=True)
    decided_by = models.ForeignKey("registers.User", models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField("审定时间", null=True)
    released_by = models.ForeignKey("registers.User", models.PROTECT, null=True, related_name="+")
    released_at = models.DateTimeField("公布时间", null=True)
    result = models.JSONField("公布的结果", default=dict)
    version = models.PositiveIntegerField(default=0)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["-counted_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(shown_at=None, shown_by=None, contest_until=None)
                | Q(shown_at__isnull=False, shown_by__isnull=False, contest_until__isnull=False),
                name="ranking_shown_until_a_day",
            ),
            models.CheckConstraint(
                condition=Q(decided_at=None, decided_by=None, decision="")
                | Q(decided_at__isnull=False, decided_by__isnull=False, shown_at__isnull=False) & ~Q(decision=""),
                name="ranking_decided_after_it_was_shown",
            ),
            models.CheckConstraint(
                condition=Q(released_at=None, released_by=None)
                | Q(released_at__isnull=False, released_by__isnull=False, decided_at__isnull=False),
                name="ranking_released_after_decision",
            ),
            models.CheckConstraint(
                condition=~Q(decided_by=F("computed_by")) & ~Q(decided_by=F("shown_by")),
                name="ranking_decided_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(released_by=F("computed_by")) & ~Q(released_by=F("shown_by")),
                name="ranking_released_by_another",
            ),
        ]

    def __str__(self):
        return f"{self.campaign.year}年单位排名"

    @property
    def rules(self):
        """What the scheme of its campaign says of rankings."""
        return self.campaign.scheme.rules.ranking

    @property
    def stage(self):
        """How far it has come: ``(words, tone)``."""
        if self.released_at:
            return "已公布", "ok"
        if self.decided_at:
            return "已审定，待公布", "info"
        if self.shown_at and clock.today() > self.contest_until:
            return "核对期满，待审定", "info"
        return ("单位核对中", "primary") if self.shown_at else ("已计算，待核对", "warn")


class RankedUnit(models.Model):
    """One unit in a ranking: its class, and what follows from its figures.

    ``left_out``: why it is not ranked. ``score`` None: no figure applies, or it is left out. ``place`` None: its class is too small.
    ``praised``: proposed for praise, as the committee decided.
    """

    ranking = models.ForeignKey(Ranking, models.CASCADE, related_name="units")
    unit = models.ForeignKey("registers.Unit", models.PROTECT, related_name="rankings")
    class_code = models.CharField("分类", max_length=40, blank=True)
    left_out = models.CharField("不参加排名的原因", max_length=200, blank=True)
    deducted = models.DecimalField("扣分", max_digits=7, decimal_places=2, default=0)
    score = models.DecimalField("得分", max_digits=5, decimal_places=2, null=True)
    place = models.PositiveSmallIntegerField("名次", null=True)
    band = models.CharField("档次", max_length=40, blank=True)
    praised = models.BooleanField("建议表扬", default=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["class_code", "place", "unit__position", "unit__code"]
        constraints = [
            models.UniqueConstraint(fields=["ranking", "unit"], name="ranked_unit_once"),
            models.CheckConstraint(
                condition=Q(score=None) | Q(score__gte=0, score__lte=100), name="ranked_unit_score_fits"
            ),
            models.CheckConstraint(condition=Q(left_out="") | Q(score=None, place=None), name="ranked_unit_left_out"),
        ]

    def __str__(self):
        return f"{self.unit} {self.ranking_id}"


class RankingFigure(models.Model):
    """One figure of one unit: ``number`` of ``of`` things, with the list of those things (``sources``).

    A source is ``[counts, kind, key, label, note]``; ``kind`` and ``key`` lead to the sheet or measure itself. None of them is
    ever changed. What a contest has corrected stands in ``number`` and ``of`` with the reason in ``corrected``; ``counted`` and
    ``counted_of`` stay as they were computed. ``of`` 0: the figure does not apply.
    """

    ranked = models.ForeignKey(RankedUnit, models.CASCADE, related_name="figures")
    code = models.CharField(max_length=20)
    position = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    of = models.PositiveIntegerField()
    counted = models.PositiveIntegerField()
    counted_of = models.PositiveIntegerField()
    corrected = models.CharField("更正说明", max_length=500, blank=True)
    sources = models.JSONField(default=list)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["ranked", "position"]
        constraints = [
            models.UniqueConstraint(fields=["ranked", "code"], name="ranking_figure_once"),
            models.CheckConstraint(condition=Q(number__lte=F("of")), name="ranking_figure_is_a_share"),
            models.CheckConstraint(
                condition=~Q(corrected="") | Q(number=F("counted"), of=F("counted_of")),
                name="ranking_figure_corrected_with_reason",
            ),
        ]

    def __str__(self):
        return f"{self.code} {self.number}/{self.of}"


class RankingEntry(models.Model):
    """What takes points off a unit or caps its band, entered by the office (扣分、一票否决).

    It concerns the unit: nobody is named. ``basis``: the document by number and day. ``code``: of the scheme's deductions or vetoes.
    """

    class Kind(models.TextChoices):
        DEDUCTION = "deduction", "扣分"
        VETO = "veto", "一票否决"

    class Origin(models.TextChoices):
        FOUND = "found", "检查、举报等发现"
        SELF = "self", "单位自查自报"
        CONCEALED = "concealed", "隐瞒不报"

    ranked = models.ForeignKey(RankedUnit, models.CASCADE, related_name="entries")
    kind = models.CharField(max_length=10, choices=Kind)
    code = models.CharField("事项", max_length=40)
    times = models.PositiveSmallIntegerField("次数", default=1)
    origin = models.CharField("怎样发现", max_length=10, choices=Origin, default=Origin.FOUND)
    basis = models.CharField("依据（文号、日期）", max_length=120)
    by = models.ForeignKey("registers.User", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    dropped_at = models.DateTimeField(null=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["ranked", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["deduction", "veto"]), name="ranking_entry_kind_declared"),
            models.CheckConstraint(condition=Q(times__gte=1), name="ranking_entry_happened"),
            models.CheckConstraint(condition=~Q(basis=""), name="ranking_entry_with_basis"),
        ]

    def __str__(self):
        return f"{self.code} {self.times}"


class RankingContest(models.Model):
    """What a unit says against one of its figures, or against what was taken off (对排名数据的异议)."""

    class Outcome(models.TextChoices):
        UPHELD = "upheld", "成立"
        PARTLY = "partly", "部分成立"
        REJECTED = "rejected", "不成立"

    ranked = models.ForeignKey(RankedUnit, models.CASCADE, related_name="contests")
    figure = models.ForeignKey(RankingFigure, models.CASCADE, null=True, related_name="contests")
    entry = models.ForeignKey(RankingEntry, models.CASCADE, null=True, related_name="contests")
    claim = models.TextField("异议和依据")
    attachments = models.ManyToManyField("workflows.Attachment", related_name="ranking_contests", verbose_name="佐证")
    by = models.ForeignKey("registers.User", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    answer_due_on = models.DateField("答复期限")
    outcome = models.CharField("处理结论", max_length=8, choices=Outcome, blank=True)
    answer = models.TextField("答复", blank=True)
    changed = models.CharField("更正", max_length=80, blank=True)
    answered_by = models.ForeignKey("registers.User", models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(figure__isnull=False, entry=None) | Q(figure=None, entry__isnull=False),
                name="ranking_contest_about_one_thing",
            ),
            models.UniqueConstraint(
                fields=["figure"], condition=Q(answered_at=None), name="ranking_contest_one_open_per_figure"
            ),
            models.UniqueConstraint(
                fields=["entry"], condition=Q(answered_at=None), name="ranking_contest_one_open_per_entry"
            ),
            models.CheckConstraint(condition=~Q(claim=""), name="ranking_contest_says_what"),
            models.CheckConstraint(
                condition=Q(answered_at=None, outcome="", answer="", answered_by=None)
                | Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(outcome="") & ~Q(answer=""),
                name="ranking_contest_answered_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(answered_by=None) | ~Q(answered_by=F("by")), name="ranking_contest_answered_by_another"
            ),
        ]

    def __str__(self):
        return f"{self.ranked_id} {self.claim[:20]}"
