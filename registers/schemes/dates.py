"""Dates as a scheme writes them: a rule that yields a day once the campaign's year is known."""

import calendar
import re
from dataclasses import dataclass
from datetime import date

_MONTH_DAY = re.compile(r"^(\d{1,2})-(\d{1,2})$")
_TEN_DAYS = re.compile(r"^(\d{1,2})月(上旬|中旬|下旬|底)$")
_YEAR = re.compile(r"^Y([+-]\d+)?\s+(.+)$")
YEARS_AWAY = 9  # from the campaign's year
_TEN_DAYS_END = {"上旬": 10, "中旬": 20, "下旬": 31, "底": 31}


@dataclass(frozen=True)
class DateRule:
    """A day of the year as a scheme names it.

    ``month`` 1-12; ``day`` 1-31, cut to the month's last day; ``year_offset`` in years against the
    campaign's year; ``label`` keeps the original wording (4月上旬). Source: R1-12, R3-07, R3-10.
    """

    month: int
    day: int
    year_offset: int = 0
    label: str = ""

    @classmethod
    def parse(cls, text):
        """Read ``09-20``, ``4月上旬``, ``12月底`` or ``Y-1 12-31``.

        Raises ``ValueError`` with a Chinese sentence naming the accepted forms.
        """
        original = str(text).strip()
        offset, rest = 0, original
        if match := _YEAR.match(original):
            offset, rest = int((match[1] or "0")[:6]), match[2].strip()
        if abs(offset) > YEARS_AWAY:
            raise ValueError(f"日期“{original[:20]}”离活动年度太远，Y 后面最多加减 {YEARS_AWAY}")
        if match := _MONTH_DAY.match(rest):
            month, day, label = int(match[1]), int(match[2]), ""
        elif match := _TEN_DAYS.match(rest):
            month, day, label = int(match[1]), _TEN_DAYS_END[match[2]], rest
        else:
            raise ValueError(f"日期“{original[:20]}”无法识别，应写成 09-20、4月上旬、12月底 或 Y-1 12-31")
        if not 1 <= month <= 12:
            raise ValueError(f"日期“{original[:20]}”的月份应在 1 到 12 之间")
        longest = 29 if month == 2 else calendar.monthrange(2001, month)[1]
        if not label and not 1 <= day <= longest:
            raise ValueError(f"日期“{original[:20]}”不存在，{month} 月最多 {longest} 天")
        return cls(month, min(day, longest), offset, label)

    def on(self, year):
        """Return the named day in the campaign year ``year``."""
        actual = year + self.year_offset
        return date(actual, self.month, min(self.day, calendar.monthrange(actual, self.month)[1]))

    def __str__(self):
        return self.label or f"{self.month}月{self.day}日"
