"""Who may see, fill and move sheets (access matrix: reference/reliability.md section 5; R1-20, R1-21, R1-30)."""

from django.db.models import Exists, OuterRef, Q

from registers import clock
from registers.access import YES, Policy, no, policy
from registers.actors import GROUP_MEMBER, SCHOOL_ROLES
from registers.models import Appointment, GroupMember, Incumbency, LeadingGroup, User
from workflows.models import Custody
from workflows.models.submissions import EDITABLE, State
from workflows.policies.acting import NOTICE, concerned, holders

MAY_NUDGE = ("liaison", "unit_head", "office", "registrar")  # for their own units


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

    def to_nudge(self, rows, actor):
        """Those of ``rows`` that ``may_nudge`` lets the actor urge."""
        rows = rows.filter(unit__in=actor.unit_ids(*MAY_NUDGE), state__in=[*EDITABLE, State.IN_REVIEW])
        return rows.exclude(person=actor.user_id)

    def may_nudge(self, actor, submission):
        if submission.state not in (*EDITABLE, State.IN_REVIEW):
            return no("该表目前无需催办。")
        if submission.person_id == actor.user_id:
            return no("不必催办自己的表。")
        if submission.unit_id in actor.unit_ids(*MAY_NUDGE):
            return YES
        return no("只有联络员、单位负责人和学校办公室可以催办。")


@policy("workflows.FiledPaper")
class FiledPaperPolicy(Policy):
    def visible(self, rows, actor):
        model = rows.model._meta.get_field("submission").related_model
        return rows.filter(submission__in=model.objects.visible_to(actor))
