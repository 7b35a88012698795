"""Who fills in, scores, answers, decides and reads the assessment of a unit (R0-29, R3-37, R4-35).

Nobody scores or decides on a unit that concerns him (``handling.own_units``). The unit reads the figures once they are
shown to it. What one leader gave is read by himself alone: only the mean is shown.
"""

from django.db.models import Exists, OuterRef, Q

from registers import clock
from registers.access import YES, Policy, PolicyOfFacts, Rule, can, no, policy
from registers.actors import ANSWERABLE, PART_IN_A_UNIT
from registers.models import Appointment, User
from workflows.models import Assessment, LeaderScore
from workflows.policies.deciders import ORGANISER
from workflows.policies.handling import BODIES, handles, holders, kept_from, left_by_office, organisers, own_units
from workflows.policies.queues import NONE

LEADERS = ("leader_in_charge", *BODIES)
NOT_OFFICE = "考核由学校领导小组办公室组织。"
OWN = "考核的是与您本人有关的单位，您应当回避。"
DECIDED = "考核结果已经审定，不能再修改。"
NOT_UNIT = "由被考核单位的负责人或联络员办理。"


def _facts_of(actor):
    """Return name → value of all that decides which assessments the actor reads.

    For which units he answers, and of the office, the bodies and the leaders which ones they keep out of.
    """
    found = {"hosts": actor.unit_ids(*PART_IN_A_UNIT)}
    return found | {"own_units": own_units(actor)} if actor.has(ORGANISER, *LEADERS) else found


def _oversees(facts):
    """The condition of assessments that are read as the office, a body or a leader.

    Never of the reader's own unit.
    """
    return ~Q(unit__within=facts["own_units"]) if "own_units" in facts else NONE


def _parts_of(actor):
    """Return name → value of all that decides which assessments wait for the actor.

    None where he has no part in any.
    """
    found = {"answers": actor.unit_ids(*ANSWERABLE), "today": actor.on}
    if not actor.has(ORGANISER, *LEADERS):
        return found if found["answers"] else None
    found |= {"own_units": own_units(actor), "handles": actor.unit_ids(ORGANISER)}
    if actor.has(*LEADERS):
        found["leader"] = actor.user_id
    if units := actor.unit_ids(*BODIES):
        found |= {"decides": units, "left": left_by_office(actor), "deciders": {actor.user_id, *actor.stands_in_for}}
    return found


def _waits(facts):
    """The condition of assessments that wait for a person: for his unit, the office, a leader, a body."""
    to_answer = Q(shown_at__isnull=False, answered_at=None, decided_at=None, contest_due_on__gte=facts["today"])
    found = Q(unit__within=facts["answers"]) & (Q(signed_at=None) | to_answer)
    if "own_units" not in facts:
        return found
    handled = Q(unit__within=facts["handles"])
    if "decides" in facts:
        handled |= Q(unit__within=facts["left"])
    contested = Q(stand=Assessment.Stand.CONTEST, replied_at=None, decided_at=None)
    others = handled & (Q(signed_at__isnull=False, shown_at=None) & _scored() | contested)
    if "leader" in facts:
        mine = LeaderScore.objects.filter(line__assessment=OuterRef("pk"), leader=facts["leader"])
        others |= Q(scored_at__isnull=False, shown_at=None) & ~Q(Exists(mine))
    if "decides" in facts:
        others |= Q(unit__within=facts["decides"]) & _to_decide(facts)
    return found | others & ~Q(unit__within=facts["own_units"])


def _scored():
    """The condition of assessments that the office scores, or shows once a leader has scored."""
    led = LeaderScore.objects.filter(line__assessment=OuterRef("pk"))
    return Q(scored_at=None) | Q(Exists(led))


def _to_decide(facts):
    """The condition of assessments that a body decides on, or confirms what another of it has decided."""
    contested = Q(stand=Assessment.Stand.CONTEST)
    answered = Q(answered_at__isnull=False) & (~contested | Q(replied_at__isnull=False))
    late = Q(answered_at=None, contest_due_on__lt=facts["today"])
    ready = Q(shown_at__isnull=False, decided_at=None) & (answered | late)
    mine = Q(decided_by__within=facts["deciders"])
    return ready | Q(decided_at__isnull=False, confirmed_at=None) & ~mine


TO_DO = Rule(_parts_of, _waits)  # assessments that wait for the actor


@policy("workflows.Assessment")
class AssessmentPolicy(PolicyOfFacts):
    def facts(self, actor):
        return _facts_of(actor)

    def readable(self, facts):
        return _oversees(facts) | Q(unit__within=facts["hosts"])

    def may_read_figures(self, actor, assessment):
        """Read what the office and the leaders gave: the unit once it has been shown."""
        if assessment.shown_at or Assessment.objects.filter(_oversees(_facts_of(actor)), pk=assessment.pk).exists():
            return YES
        return no("考评完成、反馈本单位以后可以查看。")

    def may_make(self, actor, assessment):
        """Begin the assessment of a unit, as whoever handles it."""
        if handles(actor, assessment.unit_id):
            return YES
        concerned = assessment.unit_id in own_units(actor) and actor.has(ORGANISER, *BODIES)
        return no(OWN) if concerned else no(NOT_OFFICE)

    def people_who_may_make(self, assessment):
        return organisers(assessment.unit_id)

    def may_fill(self, actor, assessment):
        """Fill in the unit's own scores and evidence, until the head has signed them."""
        if assessment.signed_at:
            return no("自评已经签字报送。")
        return YES if assessment.unit_id in actor.unit_ids(*ANSWERABLE) else no(NOT_UNIT)

    def people_who_may_fill(self, assessment):
        return holders(assessment.unit_id, *ANSWERABLE)

    def may_sign(self, actor, assessment):
        """Sign the unit's own scores as its head."""
        if assessment.signed_at:
            return no("自评已经签字报送。")
        return YES if assessment.unit_id in actor.unit_ids("unit_head") else no("由单位负责人签字报送。")

    def may_score(self, actor, assessment):
        """Score as the office: until the figures are shown, and again where the unit contests them."""
        if not assessment.signed_at:
            return no("单位还没有报送自评。")
        contested = assessment.stand == Assessment.Stand.CONTEST and not assessment.replied_at
        if assessment.shown_at and not contested:
            return no("考评情况已经反馈单位，不能再修改。")
        return self.may_make(actor, assessment)

    def may_lead(self, actor, assessment):
        """Score as one of the school's leaders, who keeps out of his own units."""
        if not assessment.scored_at:
            return no("办公室考评以后，由校领导评分。")
        if assessment.shown_at:
            return no("考评情况已经反馈单位，不能再评分。")
        if not actor.has(*LEADERS):
            return no("由学校领导小组、党委和分管校领导评分。")
        return no(OWN) if assessment.unit_id in own_units(actor) else YES

    def people_who_may_lead(self, assessment):
        leading = Appointment.objects.in_force(clock.today()).filter(role__in=LEADERS)
        return _free(leading.values_list("user", flat=True), assessment)

    def may_show(self, actor, assessment):
        """Show the figures to the unit."""
        if assessment.shown_at:
            return no("考评情况已经反馈单位。")
        return self.may_make(actor, assessment) if assessment.scored_at else no("还没有考评。")

    def may_answer(self, actor, assessment):
        """Accept or contest the figures for the unit."""
        if not assessment.shown_at:
            return no("考评情况还没有反馈。")
        if assessment.answered_at or assessment.decided_at:
            return no("已经答复，或已经审定。")
        return YES if assessment.unit_id in actor.unit_ids(*ANSWERABLE) else no(NOT_UNIT)

    def may_reply(self, actor, assessment):
        """Reply to what the unit contests."""
        if assessment.stand != Assessment.Stand.CONTEST or assessment.replied_at:
            return no("没有要答复的异议。")
        return self.may_make(actor, assessment)

    def may_decide(self, actor, assessment):
        """Decide on the result, as a member of one of the school's bodies."""
        if assessment.decided_at:
            return no(DECIDED)
        if not assessment.shown_at:
            return no("考评情况反馈单位核对以后才能审定。")
        if not assessment.answered_at and actor.on <= assessment.contest_due_on:
            return no(f"单位在 {assessment.contest_due_on:%-m月%-d日}前可以提出异议，之后才能审定。")
        if assessment.stand == Assessment.Stand.CONTEST and not assessment.replied_at:
            return no("单位的异议还没有答复。")
        return self._in_body(actor, assessment)

    def may_confirm(self, actor, assessment):
        """Confirm or undo what another has decided: two people decide, and nobody stands in for the other."""
        if not assessment.decided_at or assessment.confirmed_at:
            return no("没有待复核的结果。")
        if assessment.decided_by_id in ({actor.user_id} | actor.stands_in_for):
            return no("须由审定人以外的另一人复核。")
        return self._in_body(actor, assessment)

    def people_who_may_decide(self, assessment):
        return _free(holders(assessment.unit_id, *BODIES).values_list("pk", flat=True), assessment)

    def _in_body(self, actor, assessment):
        if assessment.unit_id in own_units(actor):
            return no(OWN)
        return YES if assessment.unit_id in actor.unit_ids(*BODIES) else no("考核结果由学校领导小组或党委审定。")


def _free(people, assessment):
    """Of ``people`` (ids) those who need not keep out, as ``own_units`` says of each."""
    people = set(people)
    kept = kept_from(people, on=clock.today())
    free = [person for person in people if assessment.unit_id not in kept[person]]
    return User.objects.filter(pk__in=free, is_active=True)


@policy("workflows.AssessmentLine")
class AssessmentLinePolicy(Policy):
    def visible(self, rows, actor):
        return rows.filter(assessment__in=Assessment.objects.visible_to(actor).order_by().values("pk"))


@policy("workflows.AssessmentContest")
class AssessmentContestPolicy(Policy):
    def visible(self, rows, actor):
        """Those of his unit at any time.

        Whoever reads an assessment of others has them once they are handed in.
        """
        if not actor.is_authenticated:
            return rows.none()
        own = Q(line__assessment__unit__within=actor.unit_ids(*PART_IN_A_UNIT))
        read = Assessment.objects.visible_to(actor).filter(answered_at__isnull=False).order_by().values("pk")
        return rows.filter(own | Q(line__assessment__in=read))

    def may_settle(self, actor, contest):
        """Answer what the unit says against one line, as whoever replies to the whole."""
        return can(actor, "reply", contest.line.assessment)


@policy("workflows.LeaderScore")
class LeaderScorePolicy(Policy):
    def visible(self, rows, actor):
        """One's own scores only."""
        return rows.filter(leader=actor.user_id) if actor.is_authenticated else rows.none()
