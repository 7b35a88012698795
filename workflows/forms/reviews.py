"""Forms of reviewers: verdicts, reasons, deadlines, passwords."""

import re

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Layout, Row
from django import forms
from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError

from registers.forms.fields import Text
from workflows import terms
from workflows.forms.parts import clean
from workflows.routing import steps

OUTSIDE = {
    "outside_body": "请填写受理备案的机关。",
    "outside_number": "请填写备案文号；确无编号的写“无编号”。",
    "outside_on": "请填写备案日期。",
}


LONGEST = 1000  # characters of an opinion
KEPT = ("rest", "complete", "remark", "opinion", "redo_on", *OUTSIDE)  # of what is typed, until it is sent
KEPT_OF_LINES = re.compile(r"[vcgr]-[0-9a-f-]{36}")
UNKNOWN = "unknown"  # a verdict on a line that no page offers


def _text(label, *, rows=2, required=False, help_text=""):
    return Text(label, most=LONGEST, rows=rows, required=required, help_text=help_text)


class VoteForm(forms.Form):
    """One member's ballot in a collective review. Verdicts on lines are read with ``line_verdicts``."""

    complete = forms.ChoiceField(
        label="查找全不全",
        choices=[("yes", "全"), ("no", "不全")],
        widget=forms.RadioSelect,
        error_messages={"required": "请判断全或不全。"},
    )
    # Not "opinion": the form of the person who concludes is on the same page and is sent along with this one.
    remark = _text("意见", help_text="判为“不全”时，请写明缺少什么。")

    def __init__(self, *args, step, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["complete"].label = step.sheet_check or "查找全不全"
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True


class DecisionForm(forms.Form):
    """A verdict on a whole submission, with what its step requires.

    A return needs a reason and a day, a signature needs the password. The password is checked in the same way as at
    the login, so that guessing it here locks the account as well.
    """

    opinion = _text("意见", help_text="通过时可不填；退回时必填，将送达填报人。")
    redo_on = forms.DateField(
        label="限期（退回时）", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    outside_body = Text("受理备案的机关", most=60, required=False)
    outside_number = Text(
        "备案文号",
        most=60,
        required=False,
        help_text="对方的收文号或本校的发文文号；确无编号的写“无编号”。",
    )
    outside_on = forms.DateField(
        label="备案日期", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    password = forms.CharField(
        label="登录密码（签字确认）",
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args, step, signs, request, today, **kwargs):
        super().__init__(*args, **kwargs)
        self.step, self.signs, self.request, self.today = step, signs, request, today
        layout = ["opinion"]
        if step.kind == "discuss":
            self.fields["opinion"].label = "讨论情况和意见"
            self.fields["opinion"].help_text = "写明何时、由谁讨论，形成什么意见；退回时送达填报人。"
        if step.may_return:
            self.fields["redo_on"].initial = terms.usual_redo_day(step, today)
        else:
            del self.fields["redo_on"]
        if not signs:
            del self.fields["password"]
        if step.outside:
            self.fields["outside_body"].initial, self.fields["outside_on"].initial = step.outside, today
        else:
            for name in OUTSIDE:
                del self.fields[name]
        if abroad := [Column(name) for name in OUTSIDE if name in self.fields]:
            layout.append(Row(*abroad))
        rest = [Column(name) for name in ("redo_on", "password") if name in self.fields]
        if rest:
            layout.append(Row(*rest))
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(*layout)

    def clean(self):
        cleaned = super().clean()
        verdict = self.data.get("verdict")
        if verdict not in steps.verdicts_at(self.step) or verdict == "automatic":
            raise ValidationError("请选择通过或退回。")
        if verdict == "return":
            if not (cleaned.get("opinion") or "").strip():
                self.add_error("opinion", "退回必须写明原因。")
            fault = terms.redo_day_fault(cleaned.get("redo_on"), self.today)
            if fault and not self.has_error("redo_on"):
                self.add_error("redo_on", fault)
        elif self.step.outside:
            self._check_outside(cleaned)
        elif self.step.kind == "discuss" and not (cleaned.get("opinion") or "").strip():
            self.add_error("opinion", "请写明讨论情况和意见。")
        if verdict == "agree" and self.signs:
            if not cleaned.get("password"):
                self.add_error("password", "签字须重新输入登录密码。")
            elif not self._is_own(cleaned["password"]):
                self.add_error("password", ValidationError("密码不正确，签字未生效。", code="wrong"))
        cleaned["verdict"] = verdict
        return cleaned

    def _check_outside(self, cleaned):
        """Check body, number and day of a filing outside the institution (R4-28)."""
        for name, missing in OUTSIDE.items():
            if not cleaned.get(name) and not self.has_error(name):
                self.add_error(name, missing)
        if (day := cleaned.get("outside_on")) and day > self.today:
            self.add_error("outside_on", "备案日期不得晚于今天。")

    @property
    def outside(self):
        """A filing outside as ``routes.decide`` takes it, None at other steps."""
        if not self.step.outside:
            return None
        return {name.removeprefix("outside_"): self.cleaned_data.get(name) for name in OUTSIDE}

    def _is_own(self, password):
        user = self.request.user
        return authenticate(self.request, username=user.get_username(), password=password) == user


class HandOverForm(forms.Form):
    """转办: to whom."""

    to = forms.ModelChoiceField(label="转给", queryset=None, empty_label="请选择经办人")

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = people


def line_verdicts(data, keys):
    """Read verdicts on lines as typed: entry key → (accurate, comment).

    ``accurate`` None: not judged, neither on its own nor with the others (其余均准). A verdict that the page does not offer is
    ``UNKNOWN`` and counts as none.
    """
    judged = {"yes": True, "no": False, "": True if data.get("rest") == "yes" else None}
    typed = {key: clean(data.get(f"c-{key}", "")).strip() for key in keys}
    return {key: (judged.get(data.get(f"v-{key}", ""), UNKNOWN), typed[key]) for key in keys}


def verdict_faults(verdicts, *, step, all_judged):
    """What is wrong with verdicts on lines: entry key → field → sentence.

    ``all_judged``: each line has to be judged.
    """
    yes, no = ("准", "不准") if step.line_check else ("无意见", "退回")
    faults = {}
    for key, (accurate, comment) in verdicts.items():
        if accurate == UNKNOWN:
            faults[key] = {"verdict": f"没有这样的意见，请重新选择“{yes}”或“{no}”。"}
        elif accurate is None and all_judged:
            faults[key] = {"verdict": f"请判断“{yes}”或“{no}”。"}
        elif accurate is False and not comment and all_judged:
            faults[key] = {"comment": f"判为“{no}”，请写明意见。"}
        elif len(comment) > LONGEST:
            faults[key] = {"comment": f"该项意见最多 {LONGEST} 字，现有 {len(comment)} 字，请删减。"}
    return faults


def grade_choices(data, entries):
    """Read grades as chosen: entry key → (grade code, reason).

    With 其余按建议 an entry without a choice of its own gets ``default_grade``.
    """
    rest = data.get("rest") == "yes"
    return {
        entry.key: (
            data.get(f"g-{entry.key}") or (entry.default_grade if rest else ""),
            clean(data.get(f"r-{entry.key}", "")).strip(),
        )
        for entry in entries
    }


def reason_faults(grades):
    """What is wrong with the length of the reasons given for grades: entry key → field → sentence."""
    return {
        key: {"reason": f"理由最多 {LONGEST} 字，现有 {len(reason)} 字，请删减。"}
        for key, (_, reason) in grades.items()
        if len(reason) > LONGEST
    }


def typed_by_reviewer(data):
    """Read what a reviewer has typed so far: field → text. Passwords are no part of it."""
    return {name: clean(data[name]) for name in data if name in KEPT or KEPT_OF_LINES.fullmatch(name)}
