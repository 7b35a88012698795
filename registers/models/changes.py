"""What has become of units and posts, and what is to become of them on a later day."""

from django.db import models
from django.db.models import Q

from registers.access import ScopedQuerySet


class OrganisationChange(models.Model):
    """One change of a unit or a post that has been made (变更记录).

    ``on``: the day from which it counts. ``what``: which fact has changed, where a kind has several. ``other``: the second unit
    of a merger, a division or a move. ``by`` None: the system itself.
    """

    class Kind(models.TextChoices):
        ADDED = "added", "新设"
        RENAMED = "renamed", "更名"
        RECODED = "recoded", "更换代码"
        RETYPED = "retyped", "变更类型"
        MOVED = "moved", "调整隶属"
        MERGED = "merged", "并入"
        TOOK_IN = "took_in", "接收并入"
        DIVIDED = "divided", "分设"
        CLOSED = "closed", "撤销"
        ROLES_ENDED = "roles_ended", "免去在本单位的职务"
        ALIAS_ADDED = "alias_added", "增加别名"
        ALIAS_DROPPED = "alias_dropped", "删去别名"
        POST_ADDED = "post_added", "设立岗位"
        POST_CHANGED = "post_changed", "修改岗位"
        POST_DUTIES = "post_duties", "修改岗位职责"
        POST_MOVED = "post_moved", "岗位划转"
        POST_CLOSED = "post_closed", "撤销岗位"
        POST_TAKEN = "post_taken", "任职"
        POST_LEFT = "post_left", "卸任"

    unit = models.ForeignKey("registers.Unit", models.PROTECT, related_name="changes", verbose_name="单位")
    post = models.ForeignKey("registers.Post", models.PROTECT, null=True, related_name="changes", verbose_name="岗位")
    other = models.ForeignKey("registers.Unit", models.PROTECT, null=True, related_name="+", verbose_name="另一单位")
    kind = models.CharField("变更", max_length=20, choices=Kind)
    what = models.CharField("内容", max_length=40, blank=True)
    old = models.TextField("原为", blank=True)
    new = models.TextField("改为", blank=True)
    on = models.DateField("生效日期")
    by = models.ForeignKey("registers.User", models.PROTECT, null=True, related_name="+", verbose_name="办理人")
    made_at = models.DateTimeField("办理时间")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["-on", "-pk"]
        verbose_name = "机构岗位变更"

    def __str__(self):
        return f"{self.unit} {self.get_kind_display()}"


class PlannedChange(models.Model):
    """A change of units, posts or people that is to be made on a later day (待生效的变更).

    ``person``: who moves or leaves, None for a change of a unit or a post. ``act`` and ``asked`` say what was asked for, ``words``
    the same in words. ``refused``: why it could not be made on its day.
    """

    act = models.CharField(max_length=20)
    unit = models.ForeignKey("registers.Unit", models.PROTECT, related_name="planned_changes", verbose_name="单位")
    person = models.ForeignKey(
        "registers.User", models.PROTECT, null=True, related_name="planned_changes", verbose_name="人员"
    )
    asked = models.JSONField()
    words = models.TextField("变更")
    on = models.DateField("生效日期")
    by = models.ForeignKey("registers.User", models.PROTECT, related_name="+", verbose_name="办理人")
    made_at = models.DateTimeField("登记时间")
    done_at = models.DateTimeField("生效时间", null=True)
    dropped_at = models.DateTimeField("取消时间", null=True)
    refused = models.TextField("未能生效的原因", blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["on", "pk"]
        verbose_name = "待生效的变更"
        constraints = [
            models.CheckConstraint(
                condition=Q(done_at=None) | Q(dropped_at=None), name="planned_change_done_or_dropped"
            )
        ]

    def __str__(self):
        return self.words
