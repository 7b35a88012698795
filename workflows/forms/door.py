"""Forms of the public door, and of those who handle what came in by it."""

from django import forms

from registers.forms.fields import Text
from workflows.forms.publicity import LONGEST, row_choices
from workflows.models import Clue, Objection, Objector

CLUE = "clue"
# Whom a clue may be about; of the last two nothing is taken here.
ABOUT = [*Clue.About.choices, ("leaders", "校级领导"), ("discipline", "纪委负责人或纪检干部")]
NAME, CONTACT = (Objector._meta.get_field(name).max_length for name in ("name", "contact"))


class SentForm(forms.Form):
    """What every form of the public door asks for.

    ``token`` and ``answer``: the question at the door (``publicity.captcha``). ``website``: a field that people do not see, which
    only programs fill.
    """

    text = Text("内容", most=LONGEST, rows=6, required=True)
    name = Text("姓名（或单位）", most=NAME, required=False)
    contact = Text(
        "联系方式", most=CONTACT, required=False, help_text="电话或邮箱，只用于核实和答复；不要填写身份证号。"
    )
    answer = Text("请回答", most=20, missing="请回答这道算式。", required=True)
    token = forms.CharField(widget=forms.HiddenInput, required=False)
    website = forms.CharField(required=False)


class PublicObjectionForm(SentForm):
    """An objection to a notice at the public door, or a suggestion."""

    category = forms.ChoiceField(
        label="类别",
        choices=[*Objection.Category.choices, (CLUE, "线索（反映违纪违法，转纪委渠道）")],
        error_messages={"required": "请选择类别。", "invalid_choice": "没有这样的类别，请重新选择。"},
    )
    row = forms.TypedChoiceField(
        label="对哪一项",
        coerce=int,
        error_messages={"required": "请选择对哪一项。", "invalid_choice": "公示中没有这一项，请重新选择。"},
    )

    field_order = ["category", "row", "text"]

    def __init__(self, *args, notice, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["row"].choices = row_choices(notice.items, whole="整个公示（遗漏等）")


class ClueForm(SentForm):
    """A clue for the 纪委."""

    about = forms.ChoiceField(
        label="反映对象",
        choices=Clue.About.choices,
        error_messages={"required": "请选择反映对象。", "invalid_choice": "请重新选择反映对象。"},
    )


class AdditionForm(forms.Form):
    """What somebody adds to what he has sent."""

    text = Text("补充内容", most=LONGEST, rows=4, required=True)


class ReasonForm(forms.Form):
    """Why somebody opens what is under seal."""

    reason = Text("查阅事由", most=200, required=True, missing="请写明查阅事由。")


class ExtendForm(forms.Form):
    """Why an answer takes longer."""

    why = Text("延期的原因", most=LONGEST, rows=2, required=True, help_text="提出人可以看到；只能延期一次。")


class ClueHandlingForm(forms.Form):
    """What came of a clue, in words for whoever sent it."""

    outcome = forms.ChoiceField(
        label="办理结果",
        choices=Clue.Outcome.choices,
        error_messages={"required": "请选择办理结果。", "invalid_choice": "没有这样的结果，请重新选择。"},
    )
    answer = Text("答复", most=LONGEST, rows=3, required=False, help_text="凭查询码可见；不写具体案情。可以不填。")
