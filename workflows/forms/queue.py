"""The form for many submissions at once: what to do, a reason, a day, a password."""

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Layout, Row
from django import forms
from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError

from registers.forms.fields import Text
from workflows import terms
from workflows.forms.reviews import LONGEST
from workflows.routing import bulk


class BulkForm(forms.Form):
    """An act on all ticked submissions.

    ``signs``: whether one of them needs a signature. ``steps``: those at which they stand; the longest usual day of them is offered.
    """

    opinion = Text(
        "意见",
        most=LONGEST,
        rows=2,
        required=False,
        help_text="通过时可不填；退回时必填，作为共同原因送达每一位填报人。",
    )
    redo_on = forms.DateField(
        label="限期（退回时）", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    password = forms.CharField(
        label="登录密码（签字确认）",
        required=False,
        strip=False,
        help_text="所选的表有需要签字的，输入一次密码，逐张签字。",
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args, request, today, ticked=(), signs=False, steps=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.request, self.today, self.ticked, self.signs = request, today, ticked, signs
        usual = [terms.usual_redo_day(step, today) for step in steps if step.may_return]
        self.fields["redo_on"].initial = max(usual, default=None)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout("opinion", Row(Column("redo_on"), Column("password")))

    def clean(self):
        cleaned = super().clean()
        cleaned["act"] = what = self.data.get("act")
        if what not in bulk.ACTS:
            raise ValidationError("请选择要办理的操作：表决同意、通过或退回。")
        if not self.ticked:
            raise ValidationError("还没有勾选要办理的表。")
        if len(self.ticked) > bulk.MOST:
            raise ValidationError(f"一次最多办理 {bulk.MOST} 张，现勾选了 {len(self.ticked)} 张，请分批办理。")
        if what == bulk.RETURN:
            self._check_return(cleaned)
        elif what == bulk.AGREE and (self.signs or cleaned.get("password")):
            self._check_password(cleaned)
        return cleaned

    def _check_return(self, cleaned):
        if not (cleaned.get("opinion") or "").strip() and not self.has_error("opinion"):
            self.add_error("opinion", "退回必须写明原因。")
        fault = terms.redo_day_fault(cleaned.get("redo_on"), self.today)
        if fault and not self.has_error("redo_on"):
            self.add_error("redo_on", fault)

    def _check_password(self, cleaned):
        if not cleaned.get("password"):
            self.add_error("password", "所选的表有需要签字的，请输入登录密码。")
            return
        user = self.request.user
        # The same way as at the login, so that guessing it here locks the account as well.
        if authenticate(self.request, username=user.get_username(), password=cleaned["password"]) != user:
            self.add_error("password", ValidationError("密码不正确，一张都没有办理。", code="wrong"))
