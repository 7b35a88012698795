"""What the demo's people do: hand in, vote, conclude, sign, grade, send back.

They call the same functions as the pages, and no rule is bent for them.
"""

from functools import cache

from registers.access import can, people_who_may
from registers.actors import Actor
from registers.prepared import Given, Prepared
from registers.schemes.language import StepKind
from workflows import policies
from workflows.deadlines import days
from workflows.demo.corpus import dice
from workflows.demo.remarks import opinions_for
from workflows.models import Draft, Submission
from workflows.routing import routes, steps
from workflows.sheets import drafts, noticed
from workflows.sheets.documents import Composition

TOO_VAGUE = "缺少时间、环节和对象，请结合近三年实际情况补充。"
SEND_BACK = "请对照逐项意见修改补充，按期重新提交。"
REASONS_GIVEN = 0.4
NEEDED = ("task__campaign__scheme", "task__phase", "unit", "post", "person", "group")
# The rule book is long, and its types are kept by the process.
UNNEEDED = ("task__campaign__scheme__document", "task__campaign__scheme__source")

AS_NOTICED = "公示期间无异议，按公示的等级确定。"


@cache
def _by_key():
    return Prepared(Submission.objects.filter(pk=Given("key")).select_related(*NEEDED).defer(*UNNEEDED))


class Players:
    """Finds somebody who may act on a submission now, and acts as him."""

    def __init__(self, campus, agenda):
        self.campus, self.agenda = campus, agenda
        self._opinions = dice(campus.seed, "opinions")
        self._actors, self._day = {}, None

    def submission(self, pk):
        """Read the submission as it is now."""
        (found,) = _by_key().of(key=pk)
        return found

    def actor(self, user):
        """The person as an actor today. Roles are read once a day."""
        if self._day != self.agenda.today:
            self._actors, self._day = {}, self.agenda.today
        if user.pk not in self._actors:
            self._actors[user.pk] = Actor(user, on=self.agenda.today)
        return self._actors[user.pk]

    def forget_roles(self):
        """Read roles anew: somebody's role has changed during the day, because a group was filed."""
        self._actors = {}

    # -- filling ---------------------------------------------------------------------------------------
    def filler(self, submission):
        return people_who_may("fill", submission).first()

    def submit(self, submission, content):
        actor = self.actor(self.filler(submission))
        # As the form does it: the draft is submitted, and a returned submission starts from it again.
        draft = Draft.objects.filter(submission=submission).first()
        drafts.save(submission, content, actor=actor, seen=draft.version if draft else 0, at=self.agenda.at)
        routes.submit(
            submission.pk,
            actor=actor,
            seen_version=submission.version,
            content=content,
            at=self.agenda.at,
        )

    def draft(self, submission, content):
        drafts.save(submission, content, actor=self.actor(self.filler(submission)), seen=0, at=self.agenda.at)

    # -- reviewing -------------------------------------------------------------------------------------
    def deciders(self, submission):
        """Who may act on the submission at its present step, in the same order in every database."""
        if submission.waiting_role in ("", *policies.IDLE):
            return []
        return sorted(people_who_may("decide", submission), key=lambda user: user.number)

    def concluder(self, submission):
        """Who concludes a collective review."""
        return next((user for user in self.deciders(submission) if can(self.actor(user), "conclude", submission)), None)

    def vote(self, submission, member, *, remarks=None):
        """Cast one member's ballot. ``remarks``: entry key → what is wrong with the line."""
        verdicts = {entry.key: (True, "") for entry in Composition(submission).entries}
        verdicts |= {key: (False, remark) for key, remark in (remarks or {}).items()}
        routes.vote(
            submission.pk,
            actor=self.actor(member),
            seen_version=submission.version,
            complete=True,
            opinion="",
            verdicts=verdicts,
            at=self.agenda.at,
        )

    def agree(self, submission, *, stop_at=""):
        """Let the submission pass its present step, False when nobody may act.

        Who also signs the next step does so at once, unless that is ``stop_at``.
        """
        step, people = submission.step_rules, self.deciders(submission)
        if step.kind == StepKind.COLLECTIVE_REVIEW:
            user = self.concluder(submission)
        else:
            user = self._opinions.choice(people) if people else None
        if user is None:
            return False
        grades = self._grades(submission, step) if step.kind == StepKind.ADJUDICATE else None
        following = steps.step_after(
            submission.task.route_rules, step.code, "agree", gravest_rank=submission.gravest_rank
        )
        signed = step.kind == StepKind.SIGN or following.is_end or following.step.code != stop_at
        routes.decide(
            submission.pk,
            "agree",
            actor=self.actor(user),
            seen_version=submission.version,
            at=self.agenda.at,
            opinion=self._opinion(submission, step),
            grades=grades,
            signed=signed,
            outside=self._outside(step),
        )
        return True

    def _outside(self, step):
        """Body, number and day of a filing outside the institution, None at a step without one."""
        if not step.outside:
            return None
        today = self.agenda.today
        return {"body": step.outside, "number": f"收文〔{today.year}〕{today:%m%d}号", "on": today}

    @staticmethod
    def _grades(submission, step):
        """The grades of an adjudicator who keeps what the notice showed, else follows the rule."""
        composition, chosen = Composition(submission), {}
        entries = {entry.key: entry for entry in composition.entries}
        for sheet in composition.sheets:
            for key, record in sheet.graded_records():
                grade = noticed.proposed_grade(composition, entries[key], step)
                chosen[key] = (grade, AS_NOTICED if sheet.wants_reason(record, grade, step) else "")
        return chosen

    def send_back(self, submission, remarks):
        """Return the submission with a reason for each poor line, and a deadline."""
        step = submission.step_rules
        user = self.concluder(submission) if step.kind == StepKind.COLLECTIVE_REVIEW else self.deciders(submission)[0]
        redo_on = days.add_working_days(self.agenda.today, step.redo_days)
        routes.decide(
            submission.pk,
            "return",
            actor=self.actor(user),
            seen_version=submission.version,
            at=self.agenda.at,
            opinion=SEND_BACK,
            redo_on=redo_on,
            returned=remarks,
        )

    def send_one_back(self, submission):
        """Send back one of the sheets that this one carries, with a reason at one line.

        Returns that sheet's key and the line's entry, None where nobody may do so.
        """
        people = self.deciders(submission)
        for entry in Composition(submission).entries if people else ():
            if entry.submission is not None and entry.change != "retire" and entry.submission.person != people[0]:
                self.send_back(submission, {entry.key: TOO_VAGUE})
                return entry.submission.pk, entry.key
        return None

    def _opinion(self, submission, step):
        """An opinion to go with the verdict. Some people give reasons, most just agree."""
        fitting = opinions_for(self.campus.corpus.reviews["opinions"], submission, step)
        return self._opinions.choice(fitting) if fitting and self._opinions.random() < REASONS_GIVEN else ""
