"""A demo campus whose people live through the whole year: most in time, some late, some never (for tests and for looking around)."""

from registers.schemes.language import Brings
from workflows.deadlines import days
from workflows.demo.corpus import dice_of
from workflows.demo.director import END, OPEN, Director, Plan

LATE, NEVER = 7, 5  # every so many-eth sheet is handed in late, or not at all
LATE_DAYS = 4
LEAD = 12  # days before its deadline on which a sheet is begun at the latest


class WholeYear(Director):
    """Deals each sheet one of three fates: filed in time, handed in late, never handed in. Whoever decides does so at once.

    People are at work in the units that are ``played`` and in two that always are; in the others groups and powers are filed
    and nothing else is ever handed in. ``late`` and ``never``: ids of the sheets so dealt, for whoever wants to know what
    should have come of it.
    """

    def __init__(self, campus, *, played):
        super().__init__(campus, played=played)
        self.late, self.never = set(), set()

    def plan(self, sheet):
        self._dealt["whole"] += 1
        number = self._dealt["whole"]
        at_work = sheet.unit_id in self._played or sheet.task.brings in (Brings.GROUP, Brings.POWERS)
        if not at_work or (number % NEVER == 0 and sheet.person_id):
            self.never.add(sheet.pk)
            return Plan(OPEN)
        if number % LATE == 0 and sheet.task.due_on:
            self.late.add(sheet.pk)
        return Plan(END)

    def window(self, sheet, plan, *, opened):
        """First and last day on which its filler and its deciders are at it."""
        due = sheet.due_on or self.year.today
        chance = dice_of(sheet, self.campus.seed, "window")
        if sheet.pk in self.late:
            first = days.add_days(max(due, opened), chance.randint(1, LATE_DAYS))
            return first, first
        first = max(opened, days.add_days(due, -chance.randint(LEAD // 2, LEAD)))
        return first, first
