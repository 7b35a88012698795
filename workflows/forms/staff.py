"""Forms of the desk of people and roles."""

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from registers import clock, domains
from registers.appointments import SEATS
from registers.forms.fields import Text, WithUnits
from registers.imports import values
from registers.imports.grid import Cell
from registers.imports.matching import several
from registers.imports.values import Wrong
from registers.models import Unit, User
from registers.text import without_unseen

FIRST, LAST = 1950, 2100  # years
LEADER = "leader_in_charge"


def _most(name):
    return User._meta.get_field(name).max_length


class _Within:
    """Refuses days that nobody means."""

    def __init__(self, label):
        self.label = label

    def __call__(self, day):
        if not FIRST <= day.year <= LAST:
            raise ValidationError(f"{self.label}的年份须在 {FIRST} 至 {LAST} 之间，请核对。")


def day(label, *, required=True):
    """Return a field for a day, with its faults in words."""
    return forms.DateField(
        label=label,
        required=required,
        validators=[_Within(label)],
        error_messages={
            "required": f"请填写{label}。",
            "invalid": f"{label}不是有效的日期，请按“2026-09-20”的样子填写。",
        },
    )


def unit_field(label="所在单位"):
    """Return a field for one unit, named by its code."""
    return forms.ModelChoiceField(
        Unit.objects.none(),
        label=label,
        to_field_name="code",
        error_messages={"required": f"请选择{label}。", "invalid_choice": f"没有这个{label}，请重新选择。"},
    )


class PersonForm(WithUnits, forms.Form):
    """What is known of a person. ``units``: those to choose from, None on the form that changes somebody."""

    number = Text("工号", most=_most("number"))
    name = Text("姓名", most=_most("name"))
    sort_key = Text("姓名拼音", most=_most("sort_key"), required=False)
    unit = unit_field()
    title = Text("职务/职称", most=_most("title"), required=False)
    rank = Text("职级", most=_most("rank"), required=False)
    is_party_member = forms.BooleanField(label="中共党员", required=False)
    email = Text("电子邮箱", most=_most("email"), required=False)
    phone = Text("联系电话", most=_most("phone"), required=False)
    joined_on = day("到岗日期", required=False)

    def clean_number(self):
        return _read(self.cleaned_data["number"], values.identifier, "工号")

    def clean_name(self):
        name, _ = _read(self.cleaned_data["name"], values.person_name)
        if not name:
            raise ValidationError("请填写姓名。")
        return name

    def clean_email(self):
        email = self.cleaned_data["email"].strip()
        if email:
            try:
                validate_email(email)
            except ValidationError:
                raise ValidationError("电子邮箱不完整，请按“name@example.edu.cn”的样子填写。") from None
        return email

    def clean(self):
        cleaned = super().clean()
        for name in ("sort_key", "title", "rank", "phone"):
            if name in cleaned:
                cleaned[name] = " ".join(without_unseen(cleaned[name])[0].split())
        return cleaned


def _read(words, read, *more):
    """Read a word by the rule that a cell of a file is read by."""
    try:
        return read(Cell(words), *more)
    except Wrong as wrong:
        raise ValidationError(f"{wrong}。{wrong.remedy}。") from wrong


class MoveForm(WithUnits, forms.Form):
    """From which day a person moves or leaves, and into which unit he moves."""

    on = day("生效日期")
    unit = unit_field("调入单位")


class AppointForm(forms.Form):
    """Who is appointed to which role, where, from when until when.

    ``roles``: those that the actor gives. A leader in charge may have domains beside units, those of the rule book and others that
    the institution names. ``cleaned_data["domains"]`` holds both.
    """

    number = Text("工号", most=_most("number"), missing="请填写任职人的工号。")
    role = forms.ChoiceField(
        label="角色", error_messages={"required": "请选择角色。", "invalid_choice": "这个角色不由您任免，请重新选择。"}
    )
    units = forms.ModelMultipleChoiceField(
        Unit.objects.none(),
        label="单位",
        to_field_name="code",
        required=False,
        error_messages={
            "invalid_choice": "有的单位不在您管理的范围内，请重新选择。",
            "invalid_pk_value": "有的单位不在您管理的范围内，请重新选择。",
        },
    )
    domains = forms.MultipleChoiceField(
        label="分管领域", required=False, error_messages={"invalid_choice": "方案中没有这个领域，请重新选择。"}
    )
    others = Text("其他分管领域", most=200, required=False)
    seat = forms.ChoiceField(
        label="席位", required=False, error_messages={"invalid_choice": "没有这个席位，请重新选择。"}
    )
    since = day("任职日期")
    last = day("任期截止", required=False)

    def __init__(self, *args, roles, units, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = roles
        self.fields["units"].queryset = units
        seats = [(seat.value, f"{label}：{seat.label}") for role, label in roles for seat in SEATS.get(role, ())]
        self.fields["seat"].choices = [("", "不注明"), *seats]
        self.known = domains.choices(clock.today()) if LEADER in dict(roles) else {}
        self.fields["domains"].choices = list(self.known.items())

    def clean_number(self):
        number = self.cleaned_data["number"].strip()
        self.person = User.objects.filter(number=number).first()
        if self.person is None:
            raise ValidationError(f"没有工号为“{number}”的人员，请核对，或先在“人员”中新增。")
        return number

    def clean(self):
        cleaned = super().clean()
        words = [words for words in several(without_unseen(cleaned.get("others", ""))[0]) if words]
        named = [*cleaned.get("domains", []), *(domains.code_of(word, self.known) for word in words)]
        role, units = cleaned.get("role"), cleaned.get("units")
        if named and role and role != LEADER:
            self.add_error("domains", "分管领域只随分管校领导登记，请改选角色，或不选领域。")
        if not units and "units" not in self.errors and not (named and role == LEADER):
            self.add_error("units", "请选择分管的单位或领域。" if role == LEADER else "请选择单位。")
        cleaned["domains"] = list(dict.fromkeys(named))
        return cleaned


class DismissForm(forms.Form):
    """The last day in a role."""

    last = day("最后任职日")
