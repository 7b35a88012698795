"""Who may see and move what travels (access matrix: reference/reliability.md section 5; R1-20, R1-21, R1-30)."""

from django.db.models import Exists, OuterRef, Q

from registers import clock
from registers.access import YES, Policy, no, policy
from registers.actors import GROUP_MEMBER, SCHOOL_ROLES
from registers.models import Appointment, GroupMember, Incumbency, LeadingGroup, User
from registers.policies import OpenToStaff
from workflows.models import Custody
from workflows.models.submissions import EDITABLE, State

CLIMB = ("post_holder", GROUP_MEMBER, "unit_head", "leader_in_charge", "office", "school_group", "party_committee")
NOTICE = "notice"  # waiting_role of a sheet whose notice is running: nobody acts


def holders(role, unit, *, on):
    """The users who hold ``role`` for ``unit`` on the day ``on``: at the unit itself, else at the nearest above it."""
    for place in _upwards(unit):
        if role == GROUP_MEMBER:
            group = LeadingGroup.objects.in_force(on).filter(unit=place)
            users = User.objects.filter(group_seats__group__in=group)
        else:
            users = User.objects.filter(
                pk__in=Appointment.objects.in_force(on).filter(role=role, unit=place).values("user")
            )
        users = users.filter(is_active=True)
        if users.exists():
            return users
    return User.objects.none()


def _upwards(unit):
    """The unit, then those above it; these are asked for only when needed."""
    yield unit
    yield from reversed(unit.ancestors())


def concerned(submission, role, *, on):
    """Ids of people who must not act on a sheet in ``role``: its subject; for school roles, the unit's own staff."""
    barred = {submission.person_id} - {None}
    if role in SCHOOL_ROLES and submission.unit.parent_id:
        staff = Incumbency.objects.in_force(on).filter(post__unit=submission.unit_id).values_list("user_id", flat=True)
        barred.update(staff)
        barred.update(User.objects.filter(unit=submission.unit_id).values_list("pk", flat=True))
    return barred


def acting(role, submission, *, on):
    """``(role, users)`` who act in ``role`` on a sheet, climbing past everyone concerned (design decision 5).

    本人 → 单位负责人 → 分管校领导 → 纪委 → 党委. Returns the last role with no users when even the top is concerned.
    """
    if role == "post_holder":
        return role, User.objects.filter(pk=submission.person_id)
    for candidate in CLIMB[CLIMB.index(role) :]:
        everyone = holders(candidate, submission.unit, on=on)
        if candidate == GROUP_MEMBER and not everyone.exists():
            return role, everyone  # no list filed yet: the sheet waits for it, it does not pass the group by (R1-51)
        users = everyone.exclude(pk__in=concerned(submission, candidate, on=on))
        enough = 2 if candidate == GROUP_MEMBER else 1
        if users.count() >= enough:
            return candidate, users
    return candidate, User.objects.none()


@policy("workflows.Campaign")
class CampaignPolicy(OpenToStaff):
    def may_open(self, actor, campaign):
        return YES if actor.has("office", "registrar") else no("只有学校领导小组办公室或管理员可以开展年度活动。")

    def may_watch(self, actor, campaign):
        """Progress by unit and person: states only, no content."""
        roles = ("office", "registrar", "school_group", "leader_in_charge", "unit_head", "liaison", "party_committee")
        return YES if actor.has(*roles) else no("只有负责组织工作的人员可以查看进度。")


@policy("workflows.CampaignTask")
class CampaignTaskPolicy(OpenToStaff):
    pass


@policy("workflows.Submission")
class SubmissionPolicy(Policy):
    def visible(self, rows, actor):
        """Whole sheets: the filler's own; a unit's, once submitted; elsewhere only what has reached the reader."""
        if not actor.is_authenticated:
            return rows.none()
        handed = ~Q(state__in=[State.WAITING, State.OPEN, State.CANCELLED])
        reached = Custody.objects.filter(submission=OuterRef("pk"))
        school = [role for role in SCHOOL_ROLES if actor.has(role)]
        return rows.filter(
            Q(person=actor.user_id)
            | Q(person=None, unit__in=actor.own_unit_ids("liaison"))
            | handed & Q(person=None, unit__in=actor.unit_ids("liaison"))
            | handed & Q(unit__in=actor.unit_ids("unit_head", GROUP_MEMBER))
            | Q(person=None, unit__in=actor.home_unit_ids, state=State.FILED)
            | Q(Exists(reached.filter(role="leader_in_charge")), handed, unit__in=actor.unit_ids("leader_in_charge"))
            | Q(Exists(reached.filter(role__in=school)), handed, unit__in=actor.unit_ids(*school))
        )

    def listed(self, rows, actor):
        """Whose sheet stands where: those who organise the work see states without content."""
        if not actor.is_authenticated:
            return rows.none()
        answerable = actor.unit_ids(
            "liaison", "unit_head", GROUP_MEMBER, "leader_in_charge", "registrar", *SCHOOL_ROLES
        )
        return rows.filter(Q(person=actor.user_id) | Q(unit__in=answerable))

    def awaiting(self, rows, actor):
        """In-review sheets whose present step is this person's to decide."""
        mine = Q(pk__in=[])
        for role in {grant.role for grant in actor.grants}:
            mine |= Q(waiting_role=role, unit__in=actor.answerable_unit_ids(role))
        still = Appointment.objects.in_force(actor.on).filter(
            user=OuterRef("assigned_to"), user__is_active=True, role=OuterRef("waiting_role")
        )
        mine &= (
            Q(assigned_to=None) | Q(assigned_to=actor.user_id) | ~Exists(still)
        )  # whoever has left gives it back to all
        rows = rows.filter(mine, state=State.IN_REVIEW)
        rows = rows.exclude(person=actor.user_id)
        if actor.has(*SCHOOL_ROLES):
            rows = rows.exclude(waiting_role__in=SCHOOL_ROLES, unit__in=actor.home_unit_ids, unit__parent__isnull=False)
        return rows

    def to_fill(self, rows, actor):
        """Open or returned sheets this person fills."""
        if not actor.is_authenticated:
            return rows.none()
        units = actor.own_unit_ids("liaison")
        return rows.filter(Q(person=actor.user_id) | Q(person=None, unit__in=units), state__in=EDITABLE)

    def may_fill(self, actor, submission):
        if submission.person_id != actor.user_id and submission.person_id is not None:
            return no("只有本人可以填写自己的表。")
        if submission.person_id is None and submission.unit_id not in actor.own_unit_ids("liaison"):
            return no("单位表由本单位联络员填写。")
        if submission.state not in EDITABLE:
            return no("该表当前不在填报环节，不能修改。")
        return YES

    def may_begin_again(self, actor, submission):
        """Start the next sheet of a task that stands all year; by whoever filled this one. Source: R0-32."""
        if submission.task.due_on is not None or submission.task.campaign.state != "open":
            return no("该事项按期办理，不能另行发起调整。")
        if submission.state != State.FILED:
            return no("上一张表尚未办结，请先办结。")
        if submission.person_id:
            held = Incumbency.objects.in_force(actor.on).filter(post=submission.post_id, user=actor.user_id)
            return (
                YES if submission.person_id == actor.user_id and held.exists() else no("只有在岗的本人可以发起调整。")
            )
        return YES if submission.unit_id in actor.own_unit_ids("liaison") else no("单位表由本单位联络员发起调整。")

    def may_withdraw(self, actor, submission):
        if submission.state != State.IN_REVIEW:
            return no("该表不在审核中，无需撤回。")
        filler = (
            submission.person_id == actor.user_id
            if submission.person_id
            else (submission.unit_id in actor.own_unit_ids("liaison"))
        )
        return YES if filler else no("只有填报人可以撤回。")

    def may_decide(self, actor, submission):
        """The present step's people, never the one concerned. Source: design decision 5."""
        if submission.state != State.IN_REVIEW or submission.waiting_role in ("", NOTICE):
            return no("该表当前没有等待办理的审核环节。")
        role = submission.waiting_role
        if actor.user_id in concerned(submission, role, on=actor.on):
            return no("不能办理与本人（或本单位）有关的表，该表由上一级办理。")
        if submission.unit_id not in actor.answerable_unit_ids(role):
            label = submission.task.campaign.scheme.rules.roles.get(role, role)
            return no(f"该环节由{label}办理。")
        if (
            submission.assigned_to_id not in (None, actor.user_id)
            and holders(role, submission.unit, on=actor.on).filter(pk=submission.assigned_to_id).exists()
        ):
            return no(f"该表已转{submission.assigned_to}办理。")
        return YES

    def people_who_may_decide(self, submission):
        if submission.waiting_role in ("", NOTICE):
            return User.objects.none()
        on = clock.today()
        return holders(submission.waiting_role, submission.unit, on=on).exclude(
            pk__in=concerned(submission, submission.waiting_role, on=on)
        )

    def people_who_may_fill(self, submission):
        if submission.person_id:
            return User.objects.filter(pk=submission.person_id)
        return holders("liaison", submission.unit, on=clock.today())

    def may_hand_over(self, actor, submission):
        """转办: pass what waits for me to a colleague in the same part."""
        if submission.state == State.IN_REVIEW and submission.step_rules.kind == "collective_review":
            return no("集体审核由全体成员表决，不能转办。")
        return self.may_decide(actor, submission)

    def may_conclude(self, actor, submission):
        """Conclude a collective review: the group's leader, or a deputy when the leader is concerned or absent."""
        verdict = self.may_decide(actor, submission)
        if (
            not verdict or submission.waiting_role != GROUP_MEMBER
        ):  # too few members were left: one person decides, a level up
            return verdict
        seats = dict(
            GroupMember.objects.filter(
                group__in=LeadingGroup.objects.in_force(actor.on).filter(unit=submission.unit_id)
            )
            .exclude(user__in=concerned(submission, GROUP_MEMBER, on=actor.on))
            .values_list("user_id", "seat")
        )
        order = [seat for seat in ("leader", "deputy", "member") if seat in seats.values()]
        if order and seats.get(actor.user_id) == order[0]:
            return YES
        return no("集体审核结论由领导小组组长（组长回避时由副组长）汇总提交。")

    def may_nudge(self, actor, submission):
        if submission.state not in (*EDITABLE, State.IN_REVIEW):
            return no("该表目前无需催办。")
        if submission.person_id == actor.user_id:
            return no("不必催办自己的表。")
        if submission.unit_id in actor.unit_ids("liaison", "unit_head", "office", "registrar"):
            return YES
        return no("只有联络员、单位负责人和学校办公室可以催办。")


@policy("workflows.FiledPaper")
class FiledPaperPolicy(Policy):
    def visible(self, rows, actor):
        model = rows.model._meta.get_field("submission").related_model
        return rows.filter(submission__in=model.objects.visible_to(actor))


@policy("workflows.PublicityNotice")
class PublicityNoticePolicy(Policy):
    def visible(self, rows, actor):
        """Running notices by their audience; ended ones only to those who may read the sheet."""
        if not actor.is_authenticated:
            return rows.none()
        today = actor.on
        model = rows.model._meta.get_field("submission").related_model
        running = Q(starts_on__lte=today, ends_on__gte=today, cleared_at=None)
        inside = actor.home_unit_ids | actor.unit_ids("unit_head", "liaison", GROUP_MEMBER, "office")
        return rows.filter(
            running & (Q(audience__in=["school", "public"]) | Q(unit__in=inside))
            | Q(submission__in=model.objects.visible_to(actor))
        )

    def may_object(self, actor, notice):
        if not notice.starts_on <= actor.on <= notice.ends_on or notice.cleared_at:
            return no("公示期已过，不能再提出异议。")
        if notice.submission.person_id == actor.user_id:
            return no("对本人的评定有不同意见，请直接向单位领导小组反映。")
        return YES


@policy("workflows.Objection")
class ObjectionPolicy(Policy):
    def visible(self, rows, actor):
        """The author and the office; never the unit concerned, nor office staff of that unit."""
        if not actor.is_authenticated:
            return rows.none()
        return rows.filter(
            Q(author=actor.user_id)
            | Q(notice__unit__in=actor.unit_ids("office")) & ~Q(notice__unit__in=actor.home_unit_ids)
        ).exclude(~Q(author=actor.user_id), notice__submission__person=actor.user_id)

    def may_handle(self, actor, objection):
        if objection.author_id == actor.user_id:
            return no("不能处理自己提出的异议。")
        if not actor.holds("office", objection.notice.unit_id) or objection.notice.unit_id in actor.home_unit_ids:
            return no("异议由学校领导小组办公室处理，本单位人员回避。")
        return no("该异议已经处理。") if objection.handled_at else YES


@policy("workflows.Notification")
class NotificationPolicy(Policy):
    def visible(self, rows, actor):
        return rows.filter(recipient=actor.user_id) if actor.is_authenticated else rows.none()
