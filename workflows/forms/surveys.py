"""Forms of surveys: opening one, printing slips, closing it."""

from workflows.forms.laid import LaidForm, Offered, choice, day, whole
from workflows.supervision.surveys import MOST_SLIPS


class OpenForm(LaidForm):
    """About which unit, and until when."""

    unit = choice("被测评单位", help_text="该单位（含下属）有账号的教职工自动列入名单。")
    ends_on = day("截止日期")

    def __init__(self, *args, units, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = Offered(units)


class SlipsForm(LaidForm):
    """How many slips are printed, for whom."""

    group = choice("人员类别")
    number = whole("张数", 1, MOST_SLIPS)

    def __init__(self, *args, groups, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["group"].choices = groups
        self.fields["group"].initial = groups[0][0] if len(groups) == 1 else None


class CloseForm(LaidForm):
    """How many of the printed slips reached somebody. ``printed``: ``[(group, number)]``."""

    def __init__(self, *args, printed, **kwargs):
        super().__init__(*args, **kwargs)
        for group, number in printed:
            self.fields[f"out-{group.code}"] = whole(
                f"{group.label}：实际发出几张", 0, number, help_text=f"打印了 {number} 张。没有发出的不计入回收率。"
            )

    @property
    def given_out(self):
        """Group → number."""
        return {name.removeprefix("out-"): number for name, number in self.cleaned_data.items()}
