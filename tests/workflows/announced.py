"""The announced calendar of working days, asked of its table and not of the product."""

import functools
from datetime import timedelta

from holidays import country_holidays

ANNOUNCED = country_holidays("CN", years=range(2025, 2028))


@functools.cache
def works(on):
    """Is it a working day? A year that is not yet announced has weekends alone."""
    if on in ANNOUNCED.weekend_workdays:
        return True
    announced = any(worked.year == on.year for worked in ANNOUNCED.weekend_workdays)
    return on.weekday() < 5 and (not announced or on not in ANNOUNCED)


@functools.cache
def passed(due, on):
    """Working days that lie between the deadline and the day; negative before it."""
    first, last, sign = (due, on, 1) if on >= due else (on, due, -1)
    return sign * sum(works(first + timedelta(days=ahead)) for ahead in range(1, (last - first).days + 1))
