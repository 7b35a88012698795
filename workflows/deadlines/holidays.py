"""Holidays and make-up working days (节假日与调休) for the years whose table has been announced."""

import holidays

from workflows.models import CalendarDay

LABEL = 40


def seed(years):
    """Store the announced tables of ``years``, and return the years that are known.

    A year counts as known once its make-up days are announced (by 国务院办公厅, late in the year before). With the
    statutory days alone, some weekends and weekdays would be counted wrongly. Running it again changes nothing.
    """
    known = []
    for year in years:
        table = holidays.country_holidays("CN", years=year, language="zh_CN")
        working = [day for day in table.weekend_workdays if day.year == year]
        if not working:
            continue
        rows = [CalendarDay(day=day, is_working=False, label=name[:LABEL]) for day, name in sorted(table.items())]
        rows += [CalendarDay(day=day, is_working=True, label="调休上班") for day in sorted(working)]
        CalendarDay.objects.bulk_create(rows, ignore_conflicts=True)
        known.append(year)
    return known
