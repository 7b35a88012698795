"""Forms for meetings, education activities and documents to read."""

from django import forms
from django.core.exceptions import ValidationError

from registers.actors import ROLE_LABELS
from registers.forms.fields import Text, offered
from workflows import activities, readings
from workflows.models import Attendance, ReadingDocument

LONG = 5000
DAY = {"invalid": "日期无法识别，请写成 2026-09-30 的样式。"}


def _choice(label, choices, *, required=True):
    return forms.ChoiceField(
        label=label,
        required=required,
        choices=choices,
        error_messages={"required": f"请选择{label}。", "invalid_choice": f"{label}的选项不存在，请重新选择。"},
    )


class ActivityForm(forms.Form):
    """A meeting or education activity of ``campaign``. ``today``: the last day it can have been held on."""

    title = Text("主题", most=120)
    held_on = forms.DateField(label="日期", error_messages={"required": "请填写日期。", **DAY})
    place = Text("地点", most=80, required=False)
    host = Text("主持人", most=40, required=False)
    audience = Text("参加范围", most=120, required=False)
    content = Text("主要内容", most=LONG, required=False)

    def __init__(self, *args, campaign, today, **kwargs):
        super().__init__(*args, **kwargs)
        self.campaign, self.today = campaign, today
        self.fields["kind"] = _choice("种类", [(kind.code, kind.label) for kind in campaign.scheme.rules.activities])

    def clean_held_on(self):
        day = self.cleaned_data["held_on"]
        if day > self.today:
            raise ValidationError("日期不能晚于今天：活动开过之后再登记。")
        if day.year < self.campaign.year - 1:
            raise ValidationError(f"日期早于{self.campaign.year - 1}年，不属于本年度的活动，请核对。")
        return day

    @property
    def values(self):
        """The fields of the activity, as ``activities.enter`` takes them."""
        return {name: self.cleaned_data[name] for name in activities.FIELDS}


class NewActivityForm(ActivityForm):
    """A new activity: also its unit and who was expected.

    ``units``: (code, name) of those the person may enter activities for.
    """

    numbers = Text("另外参加的人员", most=LONG, required=False)

    def __init__(self, *args, units, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["unit"] = _choice("单位", units)
        self.fields["expected"] = _choice(
            "应到人员",
            [
                (activities.EVERYBODY, "单位全体人员（学校的活动为全校人员）"),
                (activities.LEADERS, "负责人、联络员（单位的活动还包括领导小组成员）"),
                (activities.NAMED, "只有另外列出的人员"),
            ],
        )

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("expected") == activities.NAMED and not (cleaned.get("numbers") or "").strip():
            self.add_error("numbers", "请列出参加人员的工号。")
        return cleaned


class VoidForm(forms.Form):
    """The reason why an activity is declared void."""

    reason = Text("作废原因", most=200)


class ReadingForm(forms.Form):
    """A document to read.

    ``units``: (code, name) of those the person may publish for. ``below``: units that it can be limited to.
    """

    title = Text("标题", most=120)
    text = Text("正文", most=LONG, required=False)
    due_on = forms.DateField(label="阅读期限", required=False, error_messages=DAY)
    audience = _choice("阅读人员", ReadingDocument.Audience.choices)
    roles = forms.MultipleChoiceField(
        label="角色",
        required=False,
        choices=[(role, ROLE_LABELS[role]) for role in readings.ROLES],
        error_messages={"invalid_choice": "角色的选项不存在，请重新选择。"},
    )

    def __init__(self, *args, units, below, today, has_files, **kwargs):
        super().__init__(*args, **kwargs)
        self.today, self.has_files = today, has_files
        self.fields["unit"] = _choice("发布单位", units)
        self.fields["units"] = forms.MultipleChoiceField(
            label="限于单位",
            required=False,
            choices=below,
            error_messages={"invalid_choice": "所选单位不存在，请重新选择。"},
        )

    def clean_due_on(self):
        day = self.cleaned_data["due_on"]
        if day is not None and day < self.today:
            raise ValidationError("阅读期限不能早于今天。")
        return day

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("audience") == ReadingDocument.Audience.ROLES and not cleaned.get("roles"):
            self.add_error("roles", "请至少选择一个角色。")
        if "text" in cleaned and not cleaned["text"] and not self.has_files:
            self.add_error("text", "请填写正文，或选择要发布的文件。")
        return cleaned

    @property
    def values(self):
        """The fields of the document, as ``readings.publish`` takes them."""
        cleaned = self.cleaned_data
        roles = cleaned["roles"] if cleaned["audience"] == ReadingDocument.Audience.ROLES else []
        values = {name: cleaned[name] for name in ("title", "text", "due_on", "audience")}
        return values | {"roles": roles}


def marks(data, users):
    """Read the marks posted for ``users`` (ids): user id → a mark or ``activities.OUT``.

    Raises ``Refused``.
    """
    found = {user: offered(data, f"a-{user}", [*Attendance.Mark.values, activities.OUT]) for user in users}
    return {user: mark for user, mark in found.items() if mark}
