"""Standing lists and results that are published, where notices hang, and what was public when."""

from django.db import models
from django.db.models import F, Q

from registers.access import ScopedQuerySet
from registers.models.schemes import WithRules
from registers.schemes.publicity import kind_named
from workflows.models.audiences import AUDIENCES, WithAudience


def one_of_both(name):
    """Return the constraint that a row is about either a notice or a publication."""
    return models.CheckConstraint(
        condition=Q(notice__isnull=False, publication=None) | Q(notice=None, publication__isnull=False), name=name
    )


class ImpactAssessment(models.Model):
    """What publishing means for the people named, judged before it is done (个人信息保护影响评估).

    Of one ``kind`` of notice. ``fields``: the columns that were judged; a notice with others needs a new one.
    """

    scheme = models.ForeignKey("registers.Scheme", models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40)
    fields = models.JSONField(default=list)
    purpose = models.TextField("目的和必要性")
    risk = models.TextField("对个人权益的影响和风险")
    measures = models.TextField("保护措施")
    made_by = models.ForeignKey("registers.User", models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(purpose="") & ~Q(risk="") & ~Q(measures=""), name="impact_assessment_says_all"
            )
        ]

    def __str__(self):
        return f"{self.kind} {self.made_at:%Y-%m-%d}"


class PublicationQuerySet(WithRules, ScopedQuerySet):
    """Publications."""

    def published(self, on):
        """Publications that are published on the day ``on``."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=on), released_at__isnull=False, ended_at=None)


class Publication(WithAudience, models.Model):
    """A standing list of the register (公开), or a result that is told (通报).

    One person drafts it, another releases it; release freezes ``items``. A standing list is one version of its ``kind`` and
    ``unit``: ``number`` counts them, ``changes`` are the differences from the version before, which it ends. Nobody objects here.
    ``blocks``: paragraphs. ``columns``: ``[field, heading]`` of the table, whose rows are ``items``. ``units``: the chosen readers.
    ``ends_on``: the last day of a result, None without end.
    """

    scheme = models.ForeignKey("registers.Scheme", models.PROTECT, related_name="publications")
    kind = models.CharField(max_length=40)
    verb = models.CharField(max_length=8, choices=[("standing", "公开"), ("result", "通报")])
    unit = models.ForeignKey("registers.Unit", models.PROTECT, related_name="publications")
    audience = models.CharField("范围", max_length=10, choices=AUDIENCES)
    units = models.ManyToManyField("registers.Unit", related_name="told_publications", verbose_name="选定的单位")
    title = models.CharField("标题", max_length=160)
    blocks = models.JSONField("正文", default=list)
    columns = models.JSONField(default=list)
    items = models.JSONField(default=list)
    number = models.PositiveIntegerField("版次", null=True)
    effective_on = models.DateField("施行日期", null=True)
    changes = models.JSONField(default=list)
    explanation = models.TextField("变更说明", blank=True)
    replaces = models.ForeignKey("self", models.PROTECT, null=True, related_name="replaced_by")
    drafted_by = models.ForeignKey("registers.User", models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField()
    released_by = models.ForeignKey("registers.User", models.PROTECT, null=True, related_name="+")
    released_at = models.DateTimeField(null=True)
    ends_on = models.DateField("截止", null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey("registers.User", models.PROTECT, null=True, related_name="+")
    ended_why = models.CharField("结束原因", max_length=200, blank=True)
    attachments = models.ManyToManyField("workflows.Attachment", related_name="publications", verbose_name="附件")

    objects = PublicationQuerySet.as_manager()

    class Meta:
        ordering = ["-released_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(verb__in=["standing", "result"]), name="publication_verb_declared"),
            models.CheckConstraint(condition=~Q(released_by=F("drafted_by")), name="publication_released_by_another"),
            models.CheckConstraint(
                condition=Q(released_at=None, released_by=None, number=None, effective_on=None)
                | Q(released_at__isnull=False, released_by__isnull=False, effective_on__isnull=False),
                name="publication_numbered_once_released",
            ),
            models.UniqueConstraint(
                fields=["unit", "kind", "number"], condition=Q(verb="standing"), name="standing_list_numbered_once"
            ),
            models.UniqueConstraint(
                fields=["unit", "kind"],
                condition=Q(verb="standing", released_at__isnull=False, ended_at=None),
                name="standing_list_in_force_once",
            ),
            models.UniqueConstraint(
                fields=["unit", "kind"],
                condition=Q(verb="standing", released_at=None),
                name="standing_list_drafted_once",
            ),
        ]

    def __str__(self):
        return self.title

    @property
    def rules(self):
        """The rule book under which it is published."""
        return self.scheme.rules

    @property
    def kind_rules(self):
        """The rules of its kind of notice."""
        return kind_named(self.rules, self.kind, self.verb)


class NoticePlace(models.Model):
    """A place outside of the system where a notice or a publication hangs.

    It is a board, a web site, WeChat, a hall. Who put it up and who took it down. What hangs after the end stands on the list
    of what is to be taken down (撤下清单).
    """

    notice = models.ForeignKey("workflows.PublicityNotice", models.CASCADE, null=True, related_name="notice_places")
    publication = models.ForeignKey(Publication, models.CASCADE, null=True, related_name="notice_places")
    label = models.CharField("地方", max_length=60)
    posted_on = models.DateField("张贴日期", null=True)
    posted_by = models.ForeignKey("registers.User", models.PROTECT, null=True, related_name="+")
    taken_on = models.DateField("撤下日期", null=True)
    taken_by = models.ForeignKey("registers.User", models.PROTECT, null=True, related_name="+")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            one_of_both("notice_place_of_one"),
            models.UniqueConstraint(fields=["notice", "label"], name="notice_place_once"),
            models.UniqueConstraint(fields=["publication", "label"], name="publication_place_once"),
            models.CheckConstraint(
                condition=Q(taken_on=None) | Q(posted_on__isnull=False, taken_on__gte=F("posted_on")),
                name="notice_place_taken_after_posted",
            ),
        ]

    def __str__(self):
        return self.label


class PublicRecord(models.Model):
    """The bytes that an audience could read from one day to another (公开留痕).

    Never changed but for its last day. So it can be told at any time what was public when, to whom. Of a day on which a notice was
    corrected there are two. ``content``: the page as it stood there.
    """

    notice = models.ForeignKey("workflows.PublicityNotice", models.CASCADE, null=True, related_name="records")
    publication = models.ForeignKey(Publication, models.CASCADE, null=True, related_name="records")
    audience = models.CharField("范围", max_length=10)
    first_day = models.DateField("自")
    last_day = models.DateField("至")
    digest = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    content = models.BinaryField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["first_day", "pk"]
        constraints = [
            one_of_both("public_record_of_one"),
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="public_record_ends_after_start"),
            models.UniqueConstraint(fields=["notice", "audience", "first_day", "digest"], name="notice_record_once"),
            models.UniqueConstraint(fields=["publication", "audience", "first_day"], name="publication_record_once"),
        ]

    def __str__(self):
        return f"{self.first_day} {self.digest[:8]}"
