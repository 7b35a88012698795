"""The form for suggesting a risk point to a post holder or a unit."""

from crispy_forms.helper import FormHelper
from django import forms

from registers.forms.fields import Text

LONGEST = 1000


class SuggestionForm(forms.Form):
    """A risk point as somebody else sees it.

    ``sources``: the ways of finding to choose from; with one or none there is no choice.
    """

    content = Text(
        "风险内容",
        most=LONGEST,
        rows=3,
        required=True,
        help_text="写明哪个环节、什么情况下可能出现廉政风险；不写与岗位无关的个人私事。",
    )
    manifestation = Text("表现形式", most=LONGEST, rows=3, required=False, help_text="可不填。")
    category = forms.ChoiceField(
        label="风险类别", required=False, error_messages={"invalid_choice": "该类别不在方案之内，请重新选择。"}
    )
    source = forms.ChoiceField(
        label="查找方式",
        required=False,
        error_messages={"invalid_choice": "该查找方式不在方案之内，请重新选择。", "required": "请选择查找方式。"},
    )

    def __init__(self, *args, categories, sources, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["category"].choices = [
            ("", "不确定，由填报人判断"),
            *((item.code, item.label) for item in categories),
        ]
        if len(sources) > 1:
            self.fields["source"].choices = [("", "请选择"), *((item.code, item.label) for item in sources)]
            self.fields["source"].required = True
        else:
            del self.fields["source"]
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
