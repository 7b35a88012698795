"""Who holds surveys of satisfaction, who may draw a slip, and who reads what came of one (R4-35).

Slips and answers are visible to nobody at all: not to the office, not to an administrator, not to whoever wrote them. What may be known
of them is counted in ``workflows.supervision.surveys``.
"""

from django.db.models import Exists, OuterRef, Q

from registers.access import YES, Policy, PolicyOfFacts, no, policy
from registers.actors import PART_IN_A_UNIT
from workflows.models import Survey, SurveyInvitation
from workflows.policies.deciders import ORGANISER
from workflows.policies.handling import BODIES, handles, organisers, own_units
from workflows.policies.inspection_plans import NOT_OFFICE

CLOSED = "测评已经结束。"


def invitation_of(actor, survey):
    """Return the actor's row on the roll of a survey, or None."""
    key = ("survey invitation", survey.pk)
    if key not in actor.memory:
        rows = SurveyInvitation.objects.filter(survey=survey, user=actor.user_id)
        actor.memory[key] = rows.first() if actor.user_id else None
    return actor.memory[key]


@policy("workflows.Survey")
class SurveyPolicy(PolicyOfFacts):
    def facts(self, actor):
        """Return who the actor is, and the ids of the units that he oversees or answers for."""
        oversees = actor.unit_ids(ORGANISER, *BODIES) - own_units(actor)
        return {"person": actor.user_id, "oversees": oversees, "hosts": actor.unit_ids(*PART_IN_A_UNIT)}

    def readable(self, facts):
        """Those of units that the actor oversees, and those that ask him.

        Of his own unit those that are closed.
        """
        invited = SurveyInvitation.objects.filter(survey=OuterRef("pk"), user=facts["person"])
        closed = Q(unit__within=facts["hosts"], closed_at__isnull=False)
        return Q(unit__within=facts["oversees"]) | closed | Q(Exists(invited), closed_at=None)

    def may_make(self, actor, survey):
        """Hold a survey about a unit, as whoever handles it."""
        return YES if handles(actor, survey.unit_id) else no(NOT_OFFICE.replace("检查", "测评"))

    def people_who_may_make(self, survey):
        return organisers(survey.unit_id)

    def may_print(self, actor, survey):
        """Print slips for people without an account."""
        return self.may_make(actor, survey) if survey.is_open else no(CLOSED)

    may_close = may_print

    def may_draw(self, actor, survey):
        """Draw one's slip, once."""
        row = invitation_of(actor, survey)
        if row is None:
            return no("您不在这次测评的人员名单中。")
        if not survey.takes_answers(actor.on):
            return no(CLOSED)
        return no("您已经领取过测评票，每人一张。系统不知道票号，不能补发。") if row.drew_slip else YES

    def may_read_result(self, actor, survey):
        """Read what came of it: nobody before it is closed, not even the office."""
        if survey.is_open:
            return no("测评结束以后才能看到结果。")
        return (
            YES
            if Survey.objects.visible_to(actor).filter(pk=survey.pk).exists()
            else no("结果供组织测评的部门和本单位负责人查看。")
        )


@policy("workflows.SurveyInvitation")
class SurveyInvitationPolicy(Policy):
    def visible(self, rows, actor):
        """One's own row only: who has not drawn his slip is nobody else's business."""
        return rows.filter(user=actor.user_id) if actor.is_authenticated else rows.none()


@policy("workflows.SurveySlip")
class SurveySlipPolicy(Policy):
    """Nobody sees a slip."""


@policy("workflows.SurveyAnswer")
class SurveyAnswerPolicy(Policy):
    """Nobody sees an answer."""
