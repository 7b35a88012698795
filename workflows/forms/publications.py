"""Forms of standing lists and results, of places where notices hang, and of impacts."""

from django import forms

from registers.forms.fields import Text
from workflows.forms.laid import LaidForm, Offered, choice, choices, day
from workflows.models import NoticePlace, Publication

LONG = 5000
AUDIENCES = [("unit", "本单位"), ("school", "全校师生"), ("chosen", "选定的单位")]


class PlaceForm(forms.Form):
    """Another place where a notice hangs."""

    label = Text("地方", most=NoticePlace._meta.get_field("label").max_length)


class DayForm(forms.Form):
    """The day on which a notice was put up or taken down. ``what``: which of both."""

    on = day("日期")

    def __init__(self, *args, what, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["on"].label = f"{what}日期"
        self.fields["on"].error_messages["required"] = f"请填写{what}日期。"


class ListForm(forms.Form):
    """Which standing list of which unit is drafted."""

    kind = choice("公开什么")
    unit = choice("哪个单位")

    def __init__(self, *args, kinds, units, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices, self.fields["unit"].choices = kinds, Offered(units)


class ResultForm(LaidForm):
    """A result that is told (通报), in free words."""

    lines = {"text": 10}
    radios = ("audience",)

    unit = choice("发布单位")
    title = Text("标题", most=Publication._meta.get_field("title").max_length)
    text = Text("正文", most=LONG, help_text="每段一行。只写单位和事项，不写可以认出个人的内容。")
    audience = choice("范围", AUDIENCES)
    units = choices("选定的单位", required=False, help_text="范围为“选定的单位”时选择。")
    ends_on = day("公开至", required=False, help_text="不填的，一直公开到撤下。")

    def __init__(self, *args, own, every, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices, self.fields["units"].choices = Offered(own), Offered(every)


class PublishForm(forms.Form):
    """Whoever releases a publication has checked it. ``seen_digest``: of the rows that he had on screen."""

    seen_digest = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
    explanation = Text(
        "变更说明", most=LONG, rows=3, required=False, help_text="与上一版不同的，写明变更的原因和依据。"
    )
    reviewed = forms.BooleanField(
        label="已完成保密与个人信息审查：不含国家秘密、工作秘密和不应公开的个人信息",
        error_messages={"required": "请先完成保密与个人信息审查并勾选，再发布。"},
    )


class EndForm(forms.Form):
    """Why a publication is taken down."""

    why = Text("撤下的原因", most=Publication._meta.get_field("ended_why").max_length, required=True)


class ImpactForm(LaidForm):
    """What publishing a kind of notice means for the people named."""

    lines = {"purpose": 4, "risk": 4, "measures": 4}

    kind = choice("公示种类")
    purpose = Text("目的和必要性", most=LONG, help_text="为什么要公开、依据哪项规定，不公开姓名是否也能达到目的。")
    risk = Text("对个人权益的影响和风险", most=LONG)
    measures = Text("保护措施", most=LONG, help_text="例如只显示姓氏、范围限于单位内、期满撤下。")

    def __init__(self, *args, kinds, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = kinds
