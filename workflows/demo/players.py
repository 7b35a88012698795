"""What people do at the doors: hand in, vote, conclude, sign, grade, send back. No rule is bent for them."""

from registers.access import can, people_who_may
from registers.actors import Actor
from registers.schemes.language import StepKind
from workflows import policies
from workflows.deadlines import days
from workflows.demo.corpus import dice
from workflows.demo.remarks import opinions_for
from workflows.models import Draft, Submission
from workflows.routing import routes, steps
from workflows.sheets import drafts, sheet_for

SEND_BACK = "请对照逐行意见修改补充，按期重新提交。"
REASONS_GIVEN = 0.4
NEEDED = ("task__campaign__scheme", "task__phase", "unit", "post", "person", "group")

AS_NOTICED = "公示期间无异议，按公示的等级确定。"


class Players:
    """Finds whoever may act on a sheet at the moment, and lets him."""

    def __init__(self, campus, agenda):
        self.campus, self.agenda = campus, agenda
        self._opinions = dice(campus.seed, "opinions")
        self._actors, self._day = {}, None

    def sheet(self, pk):
        """The sheet as it stands now."""
        # The rule book is long, and its types are kept by the process.
        return (
            Submission.objects.select_related(*NEEDED)
            .defer("task__campaign__scheme__document", "task__campaign__scheme__source")
            .get(pk=pk)
        )

    def actor(self, user):
        """The person today; roles are read once a day."""
        if self._day != self.agenda.today:
            self._actors, self._day = {}, self.agenda.today
        if user.pk not in self._actors:
            self._actors[user.pk] = Actor(user, on=self.agenda.today)
        return self._actors[user.pk]

    def forget_roles(self):
        """Somebody's part has changed during the day: a group was filed."""
        self._actors = {}

    # -- filling ---------------------------------------------------------------------------------------
    def filler(self, sheet):
        return people_who_may("fill", sheet).first()

    def submit(self, sheet, content):
        actor = self.actor(self.filler(sheet))
        # As the form does it: what is submitted is the draft, and a returned sheet starts from it again.
        draft = Draft.objects.filter(submission=sheet).first()
        drafts.save(sheet, content, actor=actor, seen=draft.version if draft else 0, at=self.agenda.at)
        routes.submit(
            sheet.pk,
            actor=actor,
            seen_version=sheet.version,
            content=content,
            at=self.agenda.at,
        )

    def draft(self, sheet, content):
        drafts.save(sheet, content, actor=self.actor(self.filler(sheet)), seen=0, at=self.agenda.at)

    # -- reviewing -------------------------------------------------------------------------------------
    def deciders(self, sheet):
        """Who may act on the sheet at its present step, in an order that is the same in every database."""
        if sheet.waiting_role in ("", policies.NOTICE):
            return []
        return sorted(people_who_may("decide", sheet), key=lambda user: user.number)

    def concluder(self, sheet):
        """Who sums up a collective review."""
        return next((user for user in self.deciders(sheet) if can(self.actor(user), "conclude", sheet)), None)

    def vote(self, sheet, member, *, remarks=None):
        """One member's verdict; ``remarks``: entry key → what is wrong with the line."""
        verdicts = {key: (False, remark) for key, remark in (remarks or {}).items()}
        routes.vote(
            sheet.pk,
            actor=self.actor(member),
            seen_version=sheet.version,
            complete=True,
            opinion="",
            verdicts=verdicts,
            at=self.agenda.at,
        )

    def agree(self, sheet, *, stop_at=""):
        """Let the sheet pass its present step. Who also signs the next one does so at once, unless that is ``stop_at``.

        Returns False when nobody may act.
        """
        step, people = sheet.step_rules, self.deciders(sheet)
        if step.kind == StepKind.COLLECTIVE_REVIEW:
            user = self.concluder(sheet)
        else:
            user = self._opinions.choice(people) if people else None
        if user is None:
            return False
        grades = self._grades(sheet, step) if step.kind == StepKind.ADJUDICATE else None
        following = steps.step_after(sheet.task.route_rules, step.code, "agree", gravest_rank=sheet.gravest_rank)
        signed = step.kind == StepKind.SIGN or following.is_end or following.step.code != stop_at
        routes.decide(
            sheet.pk,
            "agree",
            actor=self.actor(user),
            seen_version=sheet.version,
            at=self.agenda.at,
            opinion=self._opinion(sheet, step),
            grades=grades,
            signed=signed,
            outside=self._outside(step),
        )
        return True

    def _outside(self, step):
        """Where and under which number a sheet is filed outside the institution, at a step that does it."""
        if not step.outside:
            return None
        today = self.agenda.today
        return {"body": step.outside, "number": f"收文〔{today.year}〕{today:%m%d}号", "on": today}

    @staticmethod
    def _grades(sheet, step):
        """The grades of an adjudicator who keeps what the notice showed, else follows the rule."""
        chosen = {}
        for entry in sheet_for(sheet).shown():
            if not entry.details["to_grade"]:
                continue
            noticed = entry.details["proposed_grade"] if step.sets == "final_grade" else None
            proposal = entry.details["proposal"].grade
            grade = noticed.code if noticed else proposal
            chosen[entry.key] = (grade, "" if grade == proposal else AS_NOTICED)
        return chosen

    def send_back(self, sheet, remarks):
        """Return the sheet with a reason for each poor line, and a deadline."""
        step = sheet.step_rules
        user = self.concluder(sheet) if step.kind == StepKind.COLLECTIVE_REVIEW else self.deciders(sheet)[0]
        redo_on = days.add_working_days(self.agenda.today, step.redo_days)
        routes.decide(
            sheet.pk,
            "return",
            actor=self.actor(user),
            seen_version=sheet.version,
            at=self.agenda.at,
            opinion=SEND_BACK,
            redo_on=redo_on,
            returned=remarks,
        )

    def _opinion(self, sheet, step):
        """Some give reasons, most just agree."""
        fitting = opinions_for(self.campus.corpus.reviews["opinions"], sheet, step)
        return self._opinions.choice(fitting) if fitting and self._opinions.random() < REASONS_GIVEN else ""
