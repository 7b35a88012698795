"""Who knows of moved deadlines and of longer terms asked for, and who grants them."""

from django.db.models import F, Q

from registers import clock
from registers.access import YES, Policy, Rule, can, no, policy
from registers.actors import SCHOOL_ROLES
from registers.models import User
from workflows.models import Campaign, Submission
from workflows.models.submissions import EDITABLE
from workflows.policies.holding import Holding
from workflows.policies.queues import in_turn, turns
from workflows.policies.submissions import keeps_out, may_take_content, role_label, takes_content

WATCHERS = ("liaison", "unit_head", "leader_in_charge", "registrar", *SCHOOL_ROLES)


@policy("workflows.DeadlineChange")
class DeadlineChangePolicy(Policy):
    def visible(self, rows, actor):
        """Moved deadlines, for everybody who may watch the campaign.

        What was moved for one person is for those who answer for his submission.
        """
        if not can(actor, "watch", Campaign):
            return rows.none()
        submissions = Q(
            person__submissions__task=F("task"), person__submissions__unit__within=actor.unit_ids(*WATCHERS)
        )
        return rows.filter(Q(person=None) | Q(person=actor.user_id) | submissions).distinct()


def _turns(actor):
    mine = turns(actor)
    return mine if mine is None else mine | {"person": actor.user_id, "today": actor.on}


def _to_decide(facts):
    """The condition of open requests that are a person's to decide, none of which he made himself."""
    takes = Submission.objects.filter(takes_content(facts["today"]), state__in=EDITABLE)
    open_ = Q(granted=None, submission__in=takes) & ~Q(asked_by=facts["person"])
    return _in_turn(facts) & open_


def _in_turn(facts):
    return in_turn(facts, role="role", submission="submission__")


AWAITING = Rule(_turns, _to_decide)  # open requests that are the actor's to decide
DECIDED_BY = Rule(turns, _in_turn)  # requests that he decides as long as they are open


@policy("workflows.Extension")
class ExtensionPolicy(Policy):
    def visible(self, rows, actor):
        """Requests, for those who read the submission and those who decide.

        The latter see what is asked for, not what the sheet says.
        """
        if not actor.is_authenticated:
            return rows.none()
        submissions = Submission.objects.visible_to(actor)
        return rows.filter(Q(submission__in=submissions) | DECIDED_BY.of(actor)).distinct()

    def awaiting(self, rows, actor):
        """Open requests that are this person's to decide."""
        return rows.filter(AWAITING.of(actor))

    def may_decide(self, actor, extension):
        """Grant or refuse a request that neither is one's own nor concerns oneself."""
        submission, role = extension.submission, extension.role
        if extension.granted is not None:
            return no("该延期申请已经办理。")
        if submission.state not in EDITABLE:
            return no("该表已不在填报环节，无须延期。")
        if not (verdict := may_take_content(submission, on=actor.on)):
            return verdict
        if actor.user_id in deciders(Holding.of(actor), extension):
            return YES
        if extension.asked_by_id == actor.user_id or keeps_out(actor, submission, role):
            return no("不能办理自己提出的或与本人、被代理人、本单位有关的延期申请，该申请由上一级办理。")
        return no(f"该延期申请由{role_label(submission, role)}办理。")

    def people_who_may_decide(self, extension):
        if extension.granted is not None:
            return User.objects.none()
        return User.objects.filter(pk__in=deciders(Holding(clock.today()), extension))


def deciders(holding, extension):
    """Return the ids of those who decide on a request for a longer term."""
    submission = extension.submission
    about = {"person": submission.person_id, "besides": [extension.asked_by_id]}
    return holding.able(extension.role, submission.unit_id, **about)[1]
