"""How far each submission has come by the demo's day: in every unit something of everything."""

from collections import Counter
from dataclasses import dataclass

from registers.schemes.language import Brings, Role, StepKind
from workflows.deadlines import days
from workflows.demo.corpus import dice_of
from workflows.demo.people import REGISTRAR

OPEN, RETURNED, END = "open", "returned", "end"
# Per kind of task, in per cent: filed, waiting at some step, returned. The rest is open.
SHARES = {
    Brings.GROUP: (100, 0, 0),
    Brings.POWERS: (72, 18, 4),
    Brings.REPORT: (40, 24, 0),
    Brings.POINTS: (40, 35, 8),
    Brings.MEASURES: (30, 30, 5),
    Brings.POST_GRADES: (30, 30, 5),
}
FIRST_STEP_WEIGHT = 1.5
STRIDE = 37  # coprime with 100: neighbours get different fates
DRAFT_SHARE, BACK_SHARE = 0.4, 0.1
GROUP_DAYS = 9


@dataclass(frozen=True)
class Plan:
    """The fate of a submission.

    ``goal``: OPEN, RETURNED, END or the code of the step at which it waits. ``votes``: how many members have voted
    where it waits in a collective review (None: some). ``back``: it has been returned once and handed in again.
    ``draft``: it is half filled in. ``early``: it was filed soon enough for the next task to have come some way.
    ``then``: the fate of the submission that follows it (None: dealt).
    """

    goal: str
    votes: int | None = None
    back: bool = False
    draft: bool = False
    early: bool = False
    then: "Plan | None" = None


class Director:
    """Deals fates to submissions.

    Those of the people a visitor signs in as are written out, so that each of them has something to do. ``played``:
    ids of the units in which people are at work. In the others, on a campus too large to play it all, groups and
    powers are filed and every other self-check has been handed in. ``in_time``: most measures are carried out before they fall due.
    """

    in_time = False

    def __init__(self, campus, *, played):
        self.campus, self.rules, self.year = campus, campus.rules, campus.year
        self._played = played | {campus.home.unit.pk, campus.office.unit.pk}
        self._dealt, self._written = Counter(), {}

    def plan(self, submission):
        """The fate of a submission that has just opened."""
        if submission.unit_id not in self._played:
            return self._light(submission)
        plan = self._persona_plan(submission) or self._deal(submission)
        steps = waits(submission.task.route_rules)
        if (plan.goal == RETURNED or plan.back) and not (steps and steps[0].may_return):
            return Plan(steps[0].code if steps else END)
        return plan

    def _light(self, submission):
        steps = waits(submission.task.route_rules)
        if submission.task.brings in (Brings.GROUP, Brings.POWERS):
            return Plan(END)
        self._dealt["light"] += 1
        handed_in = submission.task.brings == Brings.POINTS and steps and self._dealt["light"] % 2
        return Plan(steps[0].code, votes=0) if handed_in else Plan(OPEN)

    # -- written out -----------------------------------------------------------------------------------
    def _persona_plan(self, submission):
        campus, brings = self.campus, submission.task.brings
        if brings == Brings.POINTS and submission.person_id:
            if submission.person.number == REGISTRAR.number:
                return Plan(OPEN, draft=True)
            if submission.unit_id == campus.home.unit.pk:
                return self._home_plans(submission).get(submission.post_id)
            if submission.unit_id == campus.office.unit.pk:
                return self._office_plans(submission).get(submission.post_id)
        if submission.unit_id == campus.home.unit.pk and not submission.person_id:
            return {Brings.POINTS: Plan(OPEN), Brings.REPORT: Plan(OPEN), Brings.POWERS: Plan(END)}.get(brings)
        return None

    def _home_plans(self, submission):
        """One submission in every state for the home unit, by post."""
        if (key := submission.task.code) not in self._written:
            codes = [step.code for step in waits(submission.task.route_rules)] or [END]
            signs = [step.code for step in waits(submission.task.route_rules) if step.role == Role.UNIT_HEAD] or codes
            named = {
                "1001": Plan(OPEN),
                "1003": Plan(END, then=Plan(OPEN)),
                "1004": Plan(signs[-1]),
                "1005": Plan(RETURNED),
            }
            others = [
                Plan(codes[0], votes=2),
                Plan(codes[0], votes=0, back=True),
                Plan(signs[-1]),
                Plan(codes[-1]),
                *(Plan(END, early=True, then=plan) for plan in self._graded_plans(submission.task)),
            ]
            seats = self.campus.home.seats
            unnamed = [seat for seat in seats if seat.is_risk and seat.number not in named]
            self._written[key] = {seat.post.pk: named[seat.number] for seat in seats if seat.number in named} | {
                seat.post.pk: plan for seat, plan in zip(unnamed, others, strict=False)
            }
        return self._written[key]

    def _graded_plans(self, task):
        """Plans for the gradings that follow ``task``: one at its notice, one past it, one before it."""
        graded = [other for other in self.rules.tasks if task.code in other.after and other.brings == Brings.GRADES]
        if not graded:
            return [None]
        steps = waits(self.rules.routes[graded[0].route])
        notice = next((place for place, step in enumerate(steps) if step.kind == StepKind.PUBLICISE), 0)
        return [Plan(step.code) for step in (*steps[notice : notice + 2], *steps[:notice][:1])]

    def _office_plans(self, submission):
        """Plans for the office's own unit, whose submissions the office never handles.

        So the school group has some to file.
        """
        last = [END, *(step.code for step in waits(submission.task.route_rules))][-1]
        head, deputy, *_ = self.campus.office.seats
        return {head.post.pk: Plan(last), deputy.post.pk: Plan(last)} | {
            seat.post.pk: Plan(OPEN, draft=True) for seat in self.campus.office.seats if seat.number
        }

    # -- dealt -----------------------------------------------------------------------------------------
    def _deal(self, submission):
        code, brings = submission.task.code, Brings(submission.task.brings)
        number, self._dealt[code] = self._dealt[code], self._dealt[code] + 1
        if brings == Brings.GRADES:
            return self._next_graded(submission.task.route_rules, number)
        chance = dice_of(submission, self.campus.seed, "plan")
        filed, waiting, returned = SHARES[brings]
        slot = number * STRIDE % 100
        if slot < filed:
            self._dealt[code, END] += 1
            early = self._dealt[code, END] % 2 == 1
            back = brings == Brings.POINTS and chance.random() < BACK_SHARE
            return Plan(END, early=early, back=back, then=None if early else Plan(OPEN))
        steps = waits(submission.task.route_rules)
        if slot < filed + waiting and steps:
            weights = [FIRST_STEP_WEIGHT, *(1 for _ in steps[1:])]
            place, left = 0, (slot - filed) / waiting * sum(weights)
            while left >= weights[place]:
                left, place = left - weights[place], place + 1
            return Plan(steps[place].code)
        if slot < filed + waiting + returned:
            return Plan(RETURNED)
        return Plan(OPEN, draft=chance.random() < DRAFT_SHARE)

    @staticmethod
    def _next_graded(route, number):
        """The next plan in turn: a notice running, one that has ended, before it, filed, untouched."""
        steps = waits(route)
        notices = [place for place, step in enumerate(steps) if step.kind == StepKind.PUBLICISE]
        first = notices[0] if notices else len(steps)
        goals = [*(step.code for step in steps[first:]), *(step.code for step in steps[:first]), END, OPEN]
        return Plan(goals[number % len(goals)])

    # -- when ------------------------------------------------------------------------------------------
    def window(self, submission, plan, *, opened):
        """First and last day of what happens to a submission before it has to wait for a notice."""
        today, left = self.year.today, (self.year.today - opened).days
        chance = dice_of(submission, self.campus.seed, "window")
        if submission.task.brings == Brings.GROUP:
            return opened, days.add_days(opened, GROUP_DAYS)
        notice = next((step for step in submission.task.route_rules.steps if step.kind == StepKind.PUBLICISE), None)
        if notice is not None and plan.goal not in (OPEN, RETURNED):
            codes = [step.code for step in submission.task.route_rules.steps]
            past = plan.goal == END or codes.index(plan.goal) > codes.index(notice.code)
            # A notice that has ended began long ago: working days are two thirds of all days, or a little less.
            ago = notice.days * 2 + 4 + chance.randint(0, 4) if past else chance.randint(1, max(1, notice.days - 1))
            last = days.add_days(today, -ago)
            return max(opened, days.add_days(last, -5 if past else -2)), max(last, opened)
        if plan.goal == END:
            share = (0.1, 0.5) if plan.early else (0.3, 0.88)
            first, last = (days.add_days(opened, int(left * part)) for part in share)
            start = days.add_days(first, chance.randint(0, max(0, (last - first).days - 8)))
            return start, min(last, days.add_days(start, 8))
        # Most of what has been sent back is not yet due again.
        ago = 5 if plan.goal == RETURNED else 9
        return max(opened, days.add_days(today, -ago)), days.add_days(today, -1)


def waits(route):
    """The steps at which a submission can wait: for somebody, or for its notice to end."""
    return [step for step in route.steps[1:] if step.kind != StepKind.COPY]
