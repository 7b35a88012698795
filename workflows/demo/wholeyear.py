"""A demo campus that lives through the whole year: most in time, some late, some never.

For tests, and for looking around.
"""

from registers.schemes.language import Brings
from workflows.deadlines import days
from workflows.demo.corpus import dice_of
from workflows.demo.director import END, OPEN, Director, Plan

LATE, NEVER = 7, 5  # every seventh submission is handed in late, every fifth never
LATE_DAYS = 4
LEAD = 12  # a submission is handed in at most so many days before its deadline


class WholeYear(Director):
    """Deals each submission one of three fates: filed in time, handed in late, never handed in.

    Deciders act at once. People are at work in the units that are ``played`` and in two that always are; in the
    others groups and powers are filed and nothing else is ever handed in. ``late`` and ``never``: ids of the
    submissions so dealt, for tests that compare the outcome.
    """

    in_time = True

    def __init__(self, campus, *, played):
        super().__init__(campus, played=played)
        self.late, self.never = set(), set()

    def plan(self, submission):
        self._dealt["whole"] += 1
        number = self._dealt["whole"]
        at_work = submission.unit_id in self._played or submission.task.brings in (Brings.GROUP, Brings.POWERS)
        if not at_work or (number % NEVER == 0 and submission.person_id):
            self.never.add(submission.pk)
            return Plan(OPEN)
        if number % LATE == 0 and submission.task.due_on:
            self.late.add(submission.pk)
        return Plan(END)

    def window(self, submission, plan, *, opened):
        """First and last day on which its filler and its deciders act on it."""
        due = submission.due_on or self.year.today
        chance = dice_of(submission, self.campus.seed, "window")
        if submission.pk in self.late:
            first = days.add_days(max(due, opened), chance.randint(1, LATE_DAYS))
            return first, first
        first = max(opened, days.add_days(due, -chance.randint(LEAD // 2, LEAD)))
        return first, first
