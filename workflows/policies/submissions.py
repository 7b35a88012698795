"""Who may see, fill and move submissions, who sees a draft, and when it is too late to hand one in.

Source: R1-20, R1-21, R1-30.
"""

from django.db.models import Exists, OuterRef, Q

from registers import clock
from registers.access import YES, Policy, PolicyOfFacts, Rule, no, policy
from registers.actors import GROUP_MEMBER, SCHOOL_ROLES
from registers.models import Incumbency, User
from registers.schemes.adjusting import is_adjustment
from registers.schemes.importing import is_import
from registers.schemes.language import SUCCESSION
from workflows.models import Arrival, Submission
from workflows.models.campaigns import RUNNING, in_open_phase
from workflows.models.submissions import ALONE, EDITABLE, IDLE, State
from workflows.policies.deciders import MEETING, ORGANISER
from workflows.policies.holding import Holding
from workflows.policies.queues import fills_for, in_turn, turns
from workflows.policies.reach import reach_of

PROPOSE = ("liaison", "unit_head", "office")  # changes of what is a unit's, at any time
MAY_NUDGE = ("liaison", "unit_head", "office", "registrar")  # for their own units
NUDGING = "只有联络员、单位负责人、学校领导小组办公室和管理员可以催办。"


@policy("workflows.Submission")
class SubmissionPolicy(PolicyOfFacts):
    """Who reads, fills and decides on submissions.

    Whole ones are read by whoever fills them, once handed in by those who answer for their unit, and at higher levels by those
    whose role they have reached.
    """

    def facts(self, actor):
        """Return who the actor is, and the ids of the units for which he fills, answers, leads and so on."""
        roles = [role for role in SCHOOL_ROLES if actor.has(role)]
        parts = {"answers": ("unit_head", GROUP_MEMBER), "leads": ("leader_in_charge",), "keeps": roles}
        facts = {name: actor.unit_ids(*held) for name, held in parts.items()}
        if others := actor.stands_in_for:
            facts |= {f"own_{name}": actor.unit_ids_in_own_right(*held) for name, held in parts.items()}
            facts["others"] = others
        return facts | {
            "person": actor.user_id,
            "fills": fills_for(actor),
            "liaison": actor.unit_ids("liaison"),
            "home": actor.home_unit_ids,
            "roles": roles,
        }

    def readable(self, facts):
        handed = ~Q(state__in=[State.WAITING, State.OPEN, State.CANCELLED])
        official = self._official(facts, "")
        if "others" in facts:  # what a stand-in reads in another's place does not include that person's own sheets
            official = official & ~Q(person__within=facts["others"]) | self._official(facts, "own_")
        return (
            filled_by(facts["person"], facts["fills"])
            | handed & Q(post=None, unit__within=facts["liaison"])
            | handed & official
            | Q(post=None, unit__within=facts["home"], state=State.FILED)
        )

    def _official(self, facts, own):
        """The condition of what people read who answer for a unit, or whose role a submission has reached."""
        official = Q(unit__within=facts[f"{own}answers"])
        for name, roles in (("leads", ["leader_in_charge"]), ("keeps", facts["roles"])):
            if units := facts[own + name]:
                reached = Arrival.objects.filter(submission=OuterRef("pk"), role__within=roles)
                official |= Q(Exists(reached), unit__within=units)
        return official

    def listed(self, rows, actor):
        """Submissions whose state the actor may know: those who organise the work see no content."""
        return rows.filter(known_to(actor.user_id, known_units(actor))) if actor.is_authenticated else rows.none()

    def awaiting(self, rows, actor):
        """Submissions in review whose present step is this person's to decide."""
        return rows.filter(AWAITING.of(actor))

    def to_fill(self, rows, actor):
        """Open or returned submissions that this person fills."""
        return rows.filter(_to_fill(actor)) if actor.is_authenticated else rows.none()

    def to_do(self, rows, actor):
        """What waits for this person, to fill in or to decide."""
        return rows.filter(_to_fill(actor) | AWAITING.of(actor)) if actor.is_authenticated else rows.none()

    def may_fill(self, actor, submission):
        """Fill the sheet. Whoever may also sees its draft, and nobody else sees a draft."""
        if submission.person_id is not None and submission.person_id != actor.user_id:
            return no("只有本人可以填写自己的表。")
        if not _is_filler(actor, submission):
            return no("单位表由本单位联络员填写；本单位没有联络员的，由上级单位联络员填写。")
        if submission.state not in EDITABLE:
            return no("该表当前不在填报环节，不能修改。")
        if is_adjustment(submission.task.code) and not (verdict := self.may_adjust(actor, submission)):
            return verdict
        if is_import(submission.task.code) and not (verdict := self.may_bring_in(actor, submission)):
            return verdict
        return may_take_content(submission, on=actor.on)

    def may_bring_in(self, actor, submission):
        """Bring in what the unit of a sheet kept before, for its head to sign."""
        if submission.unit_id in actor.unit_ids("registrar"):
            return YES
        return no("历史台账和权力事项由管理员导入，只限其管理的单位。")

    def may_hand_in(self, actor, submission):
        """Hand in what is filled, in time unless the task takes late submissions.

        The draft can be saved all the same.
        """
        verdict = self.may_fill(actor, submission)
        return verdict and in_time(submission, on=actor.on)

    def may_adjust(self, actor, submission):
        """Propose a change of the register outside the tasks of a campaign, at any time.

        A post holder of the points of his post; the liaison and the head of a unit, and the office, of what is the unit's.
        ``submission``: the sheet, or one that is not saved yet, with its unit and, for a post's points, its post. Source: R0-32, R4-34.
        """
        if not actor.is_authenticated:
            return no("请先登录。")
        if submission.post_id is not None:
            held = submission.post_id in actor.post_ids
            return YES if held else no("岗位的风险点由在岗的本人提出调整。")
        if submission.unit_id in actor.unit_ids(*PROPOSE):
            return YES
        return no("单位的风险点和权力事项由本单位联络员、负责人或学校领导小组办公室提出调整。")

    def may_begin_again(self, actor, submission):
        """Start the next submission of a year-round task, by the filler of this one. Source: R0-32.

        So may a unit whose sheet is filed, for personal sheets that came after it.
        """
        task = submission.task
        if task.campaign.state == "open" and _left_some_behind(submission):
            return YES if _is_filler(actor, submission) else no("补充的单位表由本单位联络员办理。")
        built_in = task.code == SUCCESSION or is_adjustment(task.code) or is_import(task.code)
        if task.due_on is not None or built_in or task.campaign.state != "open":
            return no("该事项按期办理，不能另行发起调整。")
        if submission.state != State.FILED:
            return no("上一张表尚未办结，请先办结。")
        if submission.person_id:
            held = Incumbency.objects.in_force(actor.on).filter(post=submission.post_id, user=actor.user_id)
            return (
                YES if submission.person_id == actor.user_id and held.exists() else no("只有在岗的本人可以发起调整。")
            )
        return YES if _is_filler(actor, submission) else no("单位表由本单位联络员发起调整。")

    def may_extend(self, actor, submission):
        """Ask for a longer term, before the day or after it."""
        verdict = self.may_fill(actor, submission)
        if not verdict:
            return verdict
        if submission.due_on is None:
            return no("该事项没有截止日期，无须申请延期。")
        if submission.task.rules.deadline == "hard":
            return no("该事项到期截止，不办理延期；确需补报的，请联系学校领导小组办公室调整截止日期。")
        return YES

    def may_withdraw(self, actor, submission):
        if submission.state != State.IN_REVIEW:
            return no("该表不在审核中，无需撤回。")
        if not _is_filler(actor, submission):
            return no("只有填报人可以撤回。")
        if submission.carrier_id is not None:
            return no("该表已随单位表提交审核，不能撤回；如需修改，请联系审核人退回。")
        phase = submission.task.phase
        if phase is not None and phase.is_closed:
            return no(f"“{phase.label}”已经关闭，撤回后不能再提交，因此不能撤回。")
        return YES if in_time(submission, on=actor.on) else no("已过截止日期，撤回后不能再提交，因此不能撤回。")

    def may_decide(self, actor, submission):
        """Decide at the present step, never in a matter that concerns oneself."""
        if submission.state != State.IN_REVIEW or submission.waiting_role in ("", *IDLE):
            return no("该表当前没有等待办理的审核环节。")
        if submission.waiting_role == MEETING:
            return self.may_put_on_agenda(actor, submission)
        holding, role = Holding.of(actor), submission.waiting_role
        about = {"person": submission.person_id}
        deciders = holding.deciders(role, submission.unit_id, assigned_to=submission.assigned_to_id, **about)
        if actor.user_id in deciders:
            return YES
        if keeps_out(actor, submission, role):
            return no("不能办理与本人、被代理人或本单位有关的表，该表由上一级办理。")
        if actor.user_id in holding.able(role, submission.unit_id, **about)[1]:
            return no(f"该表已转{submission.assigned_to}办理。")
        return no(f"该环节由{role_label(submission, role)}办理。")

    def may_put_on_agenda(self, actor, submission):
        """Prepare what a body decides.

        Whoever prepares it decides nothing: ``routes.decide`` asks for the signed minutes.
        """
        if actor.user_id in Holding.of(actor).deciders(MEETING, submission.unit_id):
            return YES
        return no(f"该表待会议审议，由{role_label(submission, ORGANISER)}列入议程。")

    def people_who_may_decide(self, submission):
        holding = Holding(clock.today())
        about = {"person": submission.person_id, "assigned_to": submission.assigned_to_id}
        return _users(holding.deciders(submission.waiting_role, submission.unit_id, **about))

    def people_who_may_take_over(self, submission):
        """Users to whom a waiting submission can be handed: all who can act at its step."""
        if submission.waiting_role in ("", *IDLE):
            return User.objects.none()
        holding = Holding(clock.today())
        return _users(holding.able(submission.waiting_role, submission.unit_id, person=submission.person_id)[1])

    def people_who_may_fill(self, submission):
        return _users(Holding(clock.today()).filling(submission.unit_id, submission.person_id).people)

    def may_hand_over(self, actor, submission):
        """Pass what waits for the actor to a colleague at the same step (转办)."""
        if submission.state == State.IN_REVIEW and submission.step_rules.kind == "collective_review":
            return no("集体审核由全体成员表决，不能转办。")
        if submission.waiting_role == MEETING:
            return no("该表待会议审议，不能转办。")
        return self.may_decide(actor, submission)

    def may_conclude(self, actor, submission):
        """Conclude a collective review, as the group's leader.

        A deputy concludes when the leader is concerned or absent.
        """
        verdict = self.may_decide(actor, submission)
        if not verdict or submission.waiting_role != GROUP_MEMBER:
            return verdict  # too few members were left: one person decides, a level up
        if sums_up(actor, submission):
            return YES
        return no("集体审核结论由领导小组组长（组长回避或由他人代理期间由副组长）汇总提交。")

    def to_nudge(self, rows, actor):
        """Those of ``rows`` that ``may_nudge`` lets the actor nudge."""
        due = Q(state=State.IN_REVIEW) & ~Q(waiting_role__in=IDLE) | takes_content(actor.on) & Q(state__in=EDITABLE)
        return rows.filter(due, unit__within=actor.unit_ids(*MAY_NUDGE)).exclude(person=actor.user_id)

    def may_nudge(self, actor, submission):
        if submission.task.campaign.state not in RUNNING or submission.state not in (*EDITABLE, State.IN_REVIEW):
            return no("该表目前无需催办。")
        if submission.state == State.IN_REVIEW and submission.waiting_role in IDLE:
            return no("该表当前不等待任何人办理，无需催办。")
        if submission.state in EDITABLE and not (verdict := may_take_content(submission, on=actor.on)):
            return verdict
        if submission.person_id == actor.user_id:
            return no("不必催办自己的表。")
        if submission.unit_id in actor.unit_ids(*MAY_NUDGE):
            return YES
        return no(NUDGING)


def _left_some_behind(submission):
    """Whether personal sheets wait for a sheet to carry them that came after this one was filed."""
    if submission.state != State.FILED or submission.task.rules.carries is None:
        return False
    late = Submission.objects.filter(ALONE, task__campaign=submission.task.campaign_id)
    return late.filter(task__code=submission.task.rules.carries, unit__in=reach_of(submission)).exists()


def known_units(actor):
    """Return the ids of the units of whose sheets the actor may know the state."""
    return actor.unit_ids("liaison", "unit_head", GROUP_MEMBER, "leader_in_charge", "registrar", *SCHOOL_ROLES)


def known_to(person, units):
    """Return the condition of the sheets whose state a person may know: his own, those of ``units``."""
    return Q(person=person) | Q(unit__within=units)


def filled_by(person, units):
    """Return the condition of sheets that ``person`` fills, his own and as liaison those of ``units``."""
    return Q(person=person) | Q(person=None, unit__within=units)


def _to_fill(actor):
    return takes_content(actor.on) & filled_by(actor.user_id, fills_for(actor)) & Q(state__in=EDITABLE)


def _turns(actor):
    return turns(actor, handing=True)


def _to_decide(facts):
    return in_turn(facts, role="waiting_role", assigned_to="assigned_to") & Q(state=State.IN_REVIEW)


AWAITING = Rule(_turns, _to_decide)  # submissions whose present step is the actor's to decide


def _users(people):
    return User.objects.filter(pk__in=people) if people else User.objects.none()


def _is_filler(actor, submission):
    """Return whether the actor fills the submission, whatever its state."""
    if submission.person_id is not None:
        return submission.person_id == actor.user_id
    return submission.unit_id in fills_for(actor)


def keeps_out(actor, submission, role):
    """Return whether the sheet concerns the actor in ``role``, whether or not he holds it."""
    if actor.user_id in Holding.of(actor).concerned(role, submission.unit_id, submission.person_id):
        return True
    inside = submission.unit_id in actor.home_unit_ids and actor.parents.get(submission.unit_id) is not None
    return role in SCHOOL_ROLES and inside


def role_label(submission, role):
    """Return the scheme's word for a role."""
    return submission.task.campaign.scheme.rules.roles.get(role, role)


def sums_up(actor, submission):
    """Return whether the actor sums up the votes of the group that reviews the sheet."""
    return actor.user_id in Holding.of(actor).concluders(submission.unit_id, submission.person_id)


def takes_content(on):
    """Return the condition that campaign and phase let a submission be filled on the day ``on``.

    Its state is for the caller to ask. A closed phase takes nothing more, but what was sent back from review has its redo day all the same.
    """
    phase = in_open_phase("task__") | Q(state=State.RETURNED, due_on__gte=on)
    return phase & Q(task__campaign__state__in=RUNNING)


def may_take_content(submission, *, on):
    """As ``takes_content``, of one submission, with the reason."""
    if submission.task.campaign.state not in RUNNING:
        return no("该年度活动已经结束，不再接受填报；已填的内容仍然保留。")
    phase = submission.task.phase
    if phase is None or not phase.is_closed or (submission.state == State.RETURNED and on <= submission.due_on):
        return YES
    return no(f"“{phase.label}”已经关闭，不再接受填报；已填的内容仍然保留。确需补报的，请联系学校领导小组办公室。")


def in_time(submission, *, on):
    """Return whether a submission may still be handed in on the day ``on``, or why it is too late.

    The end of its day counts. After a return its day is the redo day.
    """
    policy, due = submission.task.rules.deadline, submission.due_on
    if policy == "soft" or due is None or on <= due:
        return YES
    ended = f"该表已于 {due.year}年{due.month}月{due.day}日 24:00 截止，不能再提交；已填的内容保存为草稿。"
    if policy == "extension":
        return no(f"{ended}请先申请延期，获准后再提交。")
    return no(f"{ended}确需补报的，请联系学校领导小组办公室调整截止日期。")


@policy("workflows.FiledPaper")
class FiledPaperPolicy(Policy):
    def visible(self, rows, actor):
        model = rows.model._meta.get_field("submission").related_model
        return rows.filter(submission__in=model.objects.visible_to(actor))
