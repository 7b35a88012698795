"""Forms for meetings, education activities and documents to read."""

import re

from django import forms
from django.core.exceptions import ValidationError

from registers.actors import ROLE_LABELS
from registers.forms.fields import Text, offered
from workflows import activities, readings
from workflows.forms.laid import LaidForm, Offered, choice, whole
from workflows.forms.powers import chosen, power_field, values_of
from workflows.models import Attendance, Opinion, ReadingDocument

LONG = 5000
CONSULTATION = "consultation"  # the purpose of the kinds that ask people or experts
DAY = {"invalid": "日期无法识别，请写成 2026-09-30 的样式。"}


def _choice(label, choices, *, required=True):
    return forms.ChoiceField(
        label=label,
        required=required,
        choices=choices,
        error_messages={"required": f"请选择{label}。", "invalid_choice": f"{label}的选项不存在，请重新选择。"},
    )


class ActivityForm(forms.Form):
    """A meeting or education activity of ``campaign``, or a consultation where the rule book knows any.

    ``today``: the last day it can have been held on. ``powers``: those that a consultation can be about (``Offered``).
    """

    title = Text("主题", most=120)
    held_on = forms.DateField(label="日期", error_messages={"required": "请填写日期。", **DAY})
    place = Text("地点", most=80, required=False)
    host = Text("主持人", most=40, required=False)
    audience = Text("参加范围", most=120, required=False)
    content = Text("主要内容", most=LONG, required=False)

    def __init__(self, *args, campaign, today, powers=(), **kwargs):
        super().__init__(*args, **kwargs)
        kinds = campaign.scheme.rules.activities
        self.campaign, self.today, self.powers = campaign, today, powers
        self.consultations = {kind.code: kind.label for kind in kinds if kind.purpose == CONSULTATION}
        self.fields["kind"] = _choice("种类", [(kind.code, kind.label) for kind in kinds])
        if self.consultations:
            self.fields["power"] = power_field(powers, help_text=f"{self.only}填写：要决定的是登记的哪一项权力。")
            self.fields["asked"] = whole("征求人数", 1, 100_000, required=False, help_text=f"{self.only}填写。")
            self.fields["experts"] = Text("专家", most=2000, required=False)

    @property
    def only(self):
        """The kinds that are consultations, in words."""
        return "、".join(self.consultations.values())

    def clean_experts(self):
        """Return the experts as ``[[name, title, workplace]]``. Raises ``ValidationError``."""
        found, wrong = [], []
        for number, line in enumerate(self.cleaned_data["experts"].splitlines(), start=1):
            parts = [part.strip() for part in re.split(r"[,，\t]", line)]
            if not any(parts):
                continue
            if len(parts) != 3 or not all(parts):
                wrong.append(f"第 {number} 行：请写成“姓名，职称，单位”三项，用逗号隔开。")
            found.append(parts)
        if wrong:
            raise ValidationError(wrong)
        return found

    def clean(self):
        """Compare what only a consultation has with the kind."""
        cleaned = super().clean()
        if not self.consultations or "kind" not in cleaned:
            return cleaned
        if cleaned["kind"] not in self.consultations:
            for name in ("power", "asked", "experts"):
                if cleaned.get(name):
                    self.add_error(name, f"{self.fields[name].label}只有{self.only}填写，请删去，或改选种类。")
        elif not cleaned.get("audience") and not cleaned.get("experts") and "experts" not in self.errors:
            self.add_error("audience", "请填写征求了哪些人的意见，或者列出专家。")
        return cleaned

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
        values = {name: self.cleaned_data[name] for name in activities.FIELDS if name in self.cleaned_data}
        return values | values_of(chosen(self.powers, values["power"])) if self.consultations else values


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
        asks = cleaned.get("kind") in self.consultations
        if not asks and cleaned.get("expected") == activities.NAMED and not (cleaned.get("numbers") or "").strip():
            self.add_error("numbers", "请列出参加人员的工号。")
        return cleaned


class OpinionForm(LaidForm):
    """An opinion that a consultation received, and what came of it."""

    lines = {"words": 4, "reason": 3}
    radios = ("adopted",)

    source = Text(
        "意见来自", most=60, help_text="哪一类人，例如：教职工代表、离退休教师、论证专家组；不写普通师生的姓名。"
    )
    words = Text("意见", most=LONG)
    adopted = choice("采纳情况", Opinion.Adopted.choices, required=False)
    reason = Text("理由", most=LONG, required=False, help_text="部分采纳、不采纳的，写明理由。")

    def clean(self):
        """Ask for the reason where an opinion is not adopted as it was given."""
        cleaned = super().clean()
        adopted = cleaned.get("adopted")
        if adopted in (Opinion.Adopted.PARTLY, Opinion.Adopted.NO) and "reason" in cleaned and not cleaned["reason"]:
            self.add_error("reason", f"{Opinion.Adopted(adopted).label}的，请写明理由。")
        return cleaned

    @property
    def values(self):
        """The fields of the opinion, as ``activities.enter_opinion`` takes them."""
        return {name: self.cleaned_data[name] for name in activities.OPINION_FIELDS}


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
        self.fields["unit"] = _choice("发布单位", Offered(units))
        self.fields["units"] = forms.MultipleChoiceField(
            label="限于单位",
            required=False,
            choices=Offered(below),
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
