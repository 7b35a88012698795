"""Units and their leading groups."""

from django.db import models
from django.db.models import F, Q
from tree_queries.models import TreeNode
from tree_queries.query import TreeQuerySet

from registers.access import ScopedQuerySet
from registers.models.spans import WITHOUT_END, ExistingQuerySet, SpanQuerySet, span_constraint


def in_tree(rows):
    """Return ``[(id, depth)]`` of units in the order of the tree.

    ``rows``: (id, id of the unit above), in the order in which units of one place stand. A unit whose own one above is not among them
    begins a tree of its own.
    """
    rows = list(rows)
    below, present = {}, {pk for pk, _ in rows}
    for pk, parent in reversed(rows):
        below.setdefault(parent if parent in present else None, []).append(pk)
    found, waiting = [], [(pk, 0) for pk in below.get(None, ())]
    while waiting:
        pk, depth = waiting.pop()
        found.append((pk, depth))
        waiting += [(child, depth + 1) for child in below.get(pk, ())]
    return found


class UnitQuerySet(ExistingQuerySet, TreeQuerySet):
    """Units in a tree, with ``descendants`` and ``ancestors``."""

    def subtree(self, code):
        """Return the unit with this code and all below it, none where there is no such unit."""
        unit = Unit.objects.filter(code=code).first()
        return self.filter(pk__in=unit.subtree().values("pk")) if unit else self.none()

    def in_tree(self):
        """Return ``[(id, depth)]`` of the units in the order of the tree, by one plain statement.

        A unit whose own one above is not among them begins a tree of its own.
        """
        return in_tree(self.order_by("position", "code").values_list("pk", "parent_id"))

    def called(self, text):
        """Return the units in whose name, code or other names ``text`` stands."""
        found = Q(name__icontains=text) | Q(code__icontains=text) | Q(aliases__name__icontains=text)
        return self.filter(pk__in=Unit.objects.filter(found).order_by().values("pk"))


class Unit(TreeNode):
    """A unit of the institution (单位). The root is the institution itself.

    Affiliated hospitals are units with sub-units of their own. Source: R0-02, R3-04.
    """

    class Type(models.TextChoices):
        INSTITUTION = "institution", "学校"
        OFFICE = "office", "机关部门"
        COLLEGE = "college", "院系"
        LOGISTICS = "logistics", "后勤单位"
        TEACHING_SUPPORT = "teaching_support", "教辅单位"
        AFFILIATED = "affiliated", "直（附）属单位"
        AFFILIATED_HOSPITAL = "affiliated_hospital", "附属医院"
        SECTION = "section", "科室"
        GRADE_GROUP = "grade_group", "年级组"
        TEACHING_GROUP = "teaching_group", "教研组"
        PARTY_BRANCH = "party_branch", "党支部"

    code = models.CharField("单位代码", max_length=20, unique=True)
    name = models.CharField("单位名称", max_length=80)
    unit_type = models.CharField("单位类型", max_length=20, choices=Type)
    position = models.PositiveIntegerField("排序", default=0)
    closed_on = models.DateField("撤销日期", null=True, blank=True)
    # Of the institution itself only: which of the rule books on record it follows.
    scheme_slug = models.SlugField("采用的方案", max_length=40, blank=True)

    objects = UnitQuerySet.as_manager(with_tree_fields=False)

    class Meta:
        ordering = ["position", "code"]
        verbose_name = "单位"
        constraints = [
            models.CheckConstraint(
                condition=Q(parent=None, unit_type="institution")
                | Q(parent__isnull=False) & ~Q(unit_type="institution"),
                name="unit_root_is_the_institution",
            ),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="unit_not_its_own_parent"),
        ]

    def __str__(self):
        return self.name

    def subtree(self):
        """Return this unit and all units below it, in the order of the tree.

        A record, a summary, a ledger or a list of a unit is about all of these. A sheet is about the unit that files it, alone.
        Units that were closed belong to them, because what they had on record stays.
        """
        return self.descendants(include_self=True)

    def parts(self):
        """Return the unit itself alone, then each unit directly below with all that lies below it.

        As ``[(unit, ids)]``, in one query. No unit is in two parts and none is left out, so sums over the parts are the whole.
        """
        found, part_of = {self.pk: (self, [self.pk])}, {self.pk: self.pk}
        for unit in self.descendants():  # whatever is above a unit comes before it
            part = unit.pk if unit.parent_id == self.pk else part_of[unit.parent_id]
            part_of[unit.pk] = part
            found.setdefault(part, (unit, []))[1].append(unit.pk)
        return list(found.values())


class UnitAlias(models.Model):
    """Another name of a unit (别名): a short one, a former one, or one of a joint name.

    Files name units by them, and whoever searches finds units by them.
    """

    class Kind(models.TextChoices):
        SHORT = "short", "简称"
        FORMER = "former", "原名称"
        JOINT = "joint", "合署名称"
        CODE = "code", "另一代码"
        OTHER = "other", "其他名称"

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="aliases", verbose_name="单位")
    name = models.CharField("别名", max_length=80)
    kind = models.CharField("类别", max_length=10, choices=Kind, default=Kind.OTHER)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = "单位别名"
        constraints = [models.UniqueConstraint(fields=["unit", "name"], name="unit_alias_once")]

    def __str__(self):
        return self.name


class LeadingGroup(models.Model):
    """A unit's leading group (领导小组) with its work plan.

    ``since`` None: not filed yet. Filed before review starts; a new list closes the old one. Source: R1-06, R1-50,
    R1-51, R3-02.
    """

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="leading_groups", verbose_name="单位")
    work_plan = models.TextField("工作计划", blank=True)
    since = models.DateField("备案日期", null=True)
    until = models.DateField(null=True)

    objects = SpanQuerySet.as_manager()

    class Meta:
        constraints = [
            span_constraint("leading_group"),
            models.UniqueConstraint(
                fields=["unit"], condition=Q(since__isnull=False) & WITHOUT_END, name="leading_group_one_in_force"
            ),
        ]

    def __str__(self):
        return f"{self.unit}领导小组"


class GroupMember(models.Model):
    """One seat in a leading group."""

    class Seat(models.TextChoices):
        LEADER = "leader", "组长"
        DEPUTY = "deputy", "副组长"
        MEMBER = "member", "成员"

    group = models.ForeignKey(LeadingGroup, models.CASCADE, related_name="members")
    user = models.ForeignKey("registers.User", models.PROTECT, related_name="group_seats")
    seat = models.CharField("小组职务", max_length=10, choices=Seat)
    member_type = models.CharField("人员类别", max_length=20, blank=True)
    is_contact = models.BooleanField("联系人", default=False)
    phone = models.CharField("联系电话", max_length=30, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["group", "user"], name="group_member_once"),
            models.UniqueConstraint(fields=["group"], condition=Q(is_contact=True), name="group_one_contact"),
        ]

    def __str__(self):
        return f"{self.get_seat_display()} {self.user}"
