"""The form with which a file of units, posts or people comes in."""

from django import forms

from registers.imports.synonyms import KIND_LABELS
from registers.models import ImportedFile

STAFF = ImportedFile.Kind.STAFF.value
CHOICES = {STAFF: "单位、人员、岗位和角色（在同一个文件里）", **KIND_LABELS}


class UploadForm(forms.Form):
    """What a file holds and from which day its changes count.

    The file itself is read by the view.
    """

    kind = forms.ChoiceField(choices=CHOICES.items(), error_messages={"required": "请选择导入的内容。"})
    effective_on = forms.DateField(
        error_messages={"required": "请填写生效日期。", "invalid": "日期无法识别，请写成 2026-09-30 的样式。"}
    )
