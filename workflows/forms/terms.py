"""Forms for moving a deadline, asking for a longer term, deciding on it, and naming a stand-in."""

from django import forms
from django.core.exceptions import ValidationError

from registers.forms.fields import Text
from registers.models import Unit, User


def _day(label):
    return forms.DateField(
        label=label,
        error_messages={
            "required": f"请填写{label}。",
            "invalid": f"{label}不是有效的日期，请按“2026-09-20”的样子填写。",
        },
    )


def _person(number, *, required=True):
    """The person with this number. Raises ``ValidationError``."""
    number = (number or "").strip()
    if not number and required:
        raise ValidationError("请填写工号。")
    person = User.objects.filter(number=number, is_active=True).first()
    if person is None:
        raise ValidationError(f"没有工号为“{number}”的在用人员，请核对。")
    return person


class DeadlineForm(forms.Form):
    """调整截止: a new day, for whom, and why.

    ``cleaned_data`` holds ``unit`` and ``person``, at most one of them.
    """

    CIRCLES = [("all", "全部"), ("unit", "某单位（含下属单位）"), ("person", "某人")]

    due_on = _day("新的截止日期")
    whom = forms.ChoiceField(
        label="范围", choices=CIRCLES, error_messages={"required": "请选择范围。", "invalid_choice": "请选择范围。"}
    )
    unit = Text("单位代码", most=20, required=False)
    number = Text("工号", most=20, required=False)
    reason = Text("理由", most=500)

    def clean(self):
        cleaned = super().clean()
        whom, code, number = cleaned.get("whom"), cleaned.get("unit"), cleaned.get("number")
        cleaned |= {"unit": None, "person": None}
        if whom == "unit":
            cleaned["unit"] = Unit.objects.filter(code=code or "").first()
            if cleaned["unit"] is None:
                self.add_error("unit", "请选择单位。")
        if whom == "person" and not self.has_error("number"):
            try:
                cleaned["person"] = _person(number)
            except ValidationError as wrong:
                self.add_error("number", wrong)
        return cleaned


class ExtensionForm(forms.Form):
    """申请延期: until when, and why."""

    until = _day("申请延至")
    reason = Text("申请理由", most=500)


class AnswerForm(forms.Form):
    """The decision on a request for a longer term. A refusal needs a reason."""

    verdict = forms.ChoiceField(
        choices=[("grant", "准予延期"), ("refuse", "不予延期")],
        error_messages={"required": "请点“准予延期”或“不予延期”。", "invalid_choice": "请点“准予延期”或“不予延期”。"},
    )
    until = forms.DateField(
        label="准予延至",
        required=False,
        error_messages={"invalid": "准予延至不是有效的日期，请按“2026-09-20”的样子填写。"},
    )
    answer = Text("答复", required=False, most=500)

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("verdict") == "refuse" and not (cleaned.get("answer") or "").strip():
            self.add_error("answer", "不予延期，请写明理由。")
        if cleaned.get("verdict") == "grant" and not cleaned.get("until") and not self.has_error("until"):
            self.add_error("until", "请填写准予延至的日期。")
        return cleaned


class StandinForm(forms.Form):
    """设立代理: which of a person's ``roles`` (appointments), by whom, from when until when, and why."""

    appointments = forms.ModelMultipleChoiceField(
        label="代理的职务",
        queryset=None,
        error_messages={
            "required": "请至少选择一项要由他人代理的职务。",
            "invalid_choice": "所选职务已不在任，请重新选择。",
            "invalid_pk_value": "所选职务已不在任，请重新选择。",
        },
    )
    number = Text("代理人工号", most=20, missing="请填写代理人的工号。")
    since = _day("开始日期")
    last = _day("结束日期")
    note = Text("代理事由", most=200)

    def __init__(self, *args, roles, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["appointments"].queryset = roles

    def clean_number(self):
        return _person(self.cleaned_data["number"])
