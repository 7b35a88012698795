"""What a working day's reminders have to be, worked out the slow way: day by day, sheet by sheet, from the tables."""

from datetime import timedelta

from registers.models import Appointment
from workflows.models import CalendarDay, Notification, Reminder, Submission

POINTS = (-5, -1, 0, 1, 3, 5, 10)
HEARS = {1: "liaison", 3: "unit_head", 5: "leader_in_charge", 10: "office"}


def passed(due, on):
    """Working days from the day ``due`` to ``on``; negative when it lies ahead."""
    if due > on:
        return -passed(on, due)
    special = dict(CalendarDay.objects.values_list("day", "is_working"))
    days = (due + timedelta(days=number) for number in range(1, (on - due).days + 1))
    return sum(special.get(day, day.weekday() < 5) for day in days)


def reached(due, on):
    return max((point for point in POINTS if point <= passed(due, on)), default=None)


def holders(role, unit):
    """Numbers of those who hold ``role`` at the unit or, failing that, at the nearest above it."""
    while unit is not None:
        people = Appointment.objects.filter(role=role, unit=unit, user__is_active=True)
        if numbers := set(people.values_list("user__number", flat=True)):
            return numbers
        unit = unit.parent
    return set()


def lines(on):
    """The (person, sheet, point) that are to be said on the day ``on`` of sheets with their fillers, given what was said before."""
    found = set()
    for sheet in Submission.objects.filter(state__in=["open", "returned"], due_on__isnull=False):
        point = reached(sheet.due_on, on)
        if point is None:
            continue
        subject = {sheet.person.number} if sheet.person else holders("liaison", sheet.unit)
        told = set().union(*(holders(role, sheet.unit) for after, role in HEARS.items() if after <= point))
        for number in subject | told:
            said = Reminder.objects.filter(submission=sheet, due_on=sheet.due_on, recipient__number=number)
            if not said.filter(moment__gte=point).exists():
                found.add((number, sheet.pk, point))
    return found


def written(on):
    """The (person, sheet, point) that were said on the day ``on``, sorted; one that was said twice stands here twice."""
    return sorted(Reminder.objects.filter(day=on).values_list("recipient__number", "submission", "moment"))


def digests(on):
    """Numbers of those who have a digest of the day, sorted; with two digests twice."""
    rows = Notification.objects.filter(kind="digest", created_at__date=on)
    return sorted(rows.values_list("recipient__number", flat=True))


def people(lines_of_a_day):
    return sorted({number for number, _, _ in lines_of_a_day})
