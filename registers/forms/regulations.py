"""The forms for regulations."""

from django import forms

from registers.forms.fields import Text, WithUnits
from registers.models import Regulation, Unit
from registers.text import without_unseen


def _char(label, most, *, required=False, help_text=""):
    return Text(label, name=f"“{label}”", most=most, required=required, help_text=help_text)


def _state():
    return forms.ChoiceField(
        label="状态",
        choices=Regulation.State.choices,
        initial=Regulation.State.IN_FORCE,
        error_messages={"required": "请选择状态。", "invalid_choice": "请从列表中选择状态。"},
    )


class RegulationForm(WithUnits, forms.Form):
    """The form of one regulation.

    ``units``: those to whose directory it may be added; None on the form that changes a regulation.
    """

    unit = forms.ModelChoiceField(
        Unit.objects.none(),
        to_field_name="code",
        label="所属单位",
        help_text="全校适用的制度选学校。",
        error_messages={"required": "请选择所属单位。", "invalid_choice": "不能为该单位登记制度，请重新选择。"},
    )
    name = _char("制度名称", 120, required=True, help_text="不必加书名号")
    document_number = _char("文号", 60)
    issued_by = _char("制定部门", 80, help_text="不填即为所属单位")
    effective_on = forms.DateField(
        label="施行日期",
        required=False,
        error_messages={"invalid": "“施行日期”无法识别，请写成 2026-09-30 的样式。"},
    )
    state = _state()
    remark = _char("备注", 200)

    def clean_name(self):
        """Return the name without invisible characters and without the marks 《》 around it."""
        name = without_unseen(self.cleaned_data["name"])[0].strip()
        name = name[1:-1].strip() if name.startswith("《") and name.endswith("》") and name.count("《") == 1 else name
        if not name:
            raise forms.ValidationError("请填写“制度名称”。")
        return name

    def clean(self):
        cleaned = super().clean()
        for name in ("document_number", "issued_by", "remark"):
            cleaned[name] = without_unseen(cleaned.get(name, ""))[0].strip()
        if cleaned.get("state") in (Regulation.State.IN_FORCE, Regulation.State.TO_AMEND) or "state" not in cleaned:
            return cleaned
        if cleaned["state"] == Regulation.State.TO_DRAFT and cleaned.get("effective_on"):
            self.add_error("effective_on", "待制定的制度还没有施行日期：请删去日期，或改选“现行”。")
        return cleaned


class RegulationListForm(forms.Form):
    """The form of a pasted list of regulations."""

    unit = forms.ModelChoiceField(
        Unit.objects.none(),
        to_field_name="code",
        label="所属单位",
        error_messages={"required": "请选择所属单位。", "invalid_choice": "不能为该单位登记制度，请重新选择。"},
    )
    state = _state()
    text = Text("制度清单", most=40_000, rows=10, strip=False, missing="请粘贴制度清单。")

    def __init__(self, *args, units, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units
