"""Forms for a person's channel settings, and for the robots of a unit's chat groups."""

from django import forms

from registers.forms.fields import Text
from workflows.models import ChannelChoice, Robot

QUIET = {"required": "请填写时间，例如 22:00。", "invalid": "请填写时间，例如 22:00。"}


class ChannelForm(forms.ModelForm):
    """A person's own channel settings. Equal quiet hours mean none."""

    quiet_from = forms.TimeField(label="免打扰开始", error_messages=QUIET)
    quiet_until = forms.TimeField(label="免打扰结束", error_messages=QUIET)
    mail = forms.ChoiceField(
        label="邮件",
        choices=ChannelChoice.Mail.choices,
        error_messages={"required": "请选择邮件方式。", "invalid_choice": "请从列出的邮件方式中选择。"},
    )

    class Meta:
        model = ChannelChoice
        fields = ["mail", "quiet_from", "quiet_until", "robot"]


class RobotForm(forms.Form):
    """A robot to put into service. ``units``: those that its keeper may choose from."""

    unit = forms.ModelChoiceField(
        queryset=None, error_messages={"required": "请选择单位。", "invalid_choice": "请从列出的单位中选择。"}
    )
    kind = forms.ChoiceField(
        choices=Robot.Kind.choices,
        error_messages={"required": "请选择类型。", "invalid_choice": "请选择企业微信或钉钉。"},
    )
    label = Text("群名称", most=40)
    url = Text("Webhook 地址", most=500, missing="请填写 Webhook 地址。")
    secret = Text("加签密钥", most=200, required=False)

    def __init__(self, *args, units, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("kind") == Robot.Kind.WECOM and cleaned.get("secret"):
            self.add_error("secret", "企业微信群机器人没有加签密钥，请留空。")
        return cleaned
