"""From when to when a notice runs, and what speaks against those days."""

from workflows.deadlines import days

VACATION = (
    "公示期（{first:%-m月%-d日}至{last:%-m月%-d日}）有一半以上的日子在{label}内，校内少有人看到；可以等开学后再发布。"
)
UNKNOWN = "{year} 年的节假日安排尚未载入，日期只按周末计算；请管理员先载入该年安排，或核对后再发布。"


def period(kind, length, on):
    """Return the first and the last day of a notice of a ``kind`` that is released on the day ``on``.

    It runs from the day after, for ``length`` days. Calendar days that would end on a day off end on the next working day.
    """
    first = days.add_days(on, 1)
    if kind.counts == "working":
        return first, days.add_working_days(on, length)
    last = days.add_days(on, length)
    return first, days.add_working_days(days.add_days(last, -1), 1)


def warnings(rules, kind, first, last):
    """Return in sentences what whoever releases a notice should know of its days."""
    said = [UNKNOWN.format(year=year) for year in sorted({first.year, last.year}) if not days.calendar_known(year)]
    if not kind.warn_vacation:
        return said
    every = days.every_day(first, last) if kind.counts == "calendar" else days.working_days_between(first, last)
    for vacation in rules.vacations:
        if 2 * sum(vacation.covers(day) for day in every) > len(every):
            said.append(VACATION.format(first=first, last=last, label=vacation.label))
    return said
