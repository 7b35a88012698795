"""Forms for meetings of a body: when and where, what was decided, the chair's signature."""

from django import forms
from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError

from registers.forms.fields import Text, offered
from workflows.models import Meeting, MeetingBallot, MeetingItem, MeetingSeat

DAY = {"invalid": "日期无法识别，请写成 2026-09-30 的样式。"}
LONGEST = 2000  # characters of what was said on an item
MOST_VOTES = 99


class MeetingForm(forms.Form):
    """When and where a body meets, who presides and who records.

    ``members`` and ``recorders``: ``[(id, name)]``. ``bodies``: ``[(code, label)]`` to choose from, empty where the body is known.
    """

    body = forms.ChoiceField(label="决定机构", error_messages={"required": "请选择决定机构。"})
    form = forms.ChoiceField(
        label="方式", choices=Meeting.Form.choices, error_messages={"required": "请选择开会或传签。"}
    )
    number = Text("编号", most=40)
    held_on = forms.DateField(label="日期", error_messages={**DAY, "required": "请填写日期。"})
    held_at = forms.TimeField(
        label="时间", required=False, error_messages={"invalid": "时间无法识别，请写成 14:30 的样式。"}
    )
    place = Text("地点", most=80, required=False)
    chair = forms.TypedChoiceField(label="主持人", coerce=int, error_messages={"required": "请选择主持人。"})
    recorder = forms.TypedChoiceField(label="记录人", coerce=int, error_messages={"required": "请选择记录人。"})

    def __init__(self, *args, bodies=(), members, recorders, **kwargs):
        super().__init__(*args, **kwargs)
        if bodies:
            self.fields["body"].choices = bodies
        else:
            del self.fields["body"], self.fields["form"]
        self.fields["chair"].choices, self.fields["recorder"].choices = members, recorders

    @property
    def values(self):
        """The fields as ``agenda.make`` and ``agenda.change`` take them."""
        typed = self.cleaned_data
        kept = {name: typed[name] for name in ("number", "held_on", "held_at", "place")}
        return {**kept, "chair_id": typed["chair"], "recorder_id": typed["recorder"]}


class OutcomeForm(forms.Form):
    """What a meeting decided on one item. The rows of its sheet are read with ``rows_said``."""

    outcome = forms.ChoiceField(label="结论", error_messages={"required": "请选择结论：同意、退回或缓议。"})
    words = Text("审议意见", most=LONGEST, required=False)
    redo_on = forms.DateField(label="限期（退回时）", required=False, error_messages=DAY)
    against = forms.IntegerField(
        label="反对", required=False, min_value=0, max_value=MOST_VOTES, error_messages={"invalid": "请填写人数。"}
    )
    abstained = forms.IntegerField(
        label="弃权", required=False, min_value=0, max_value=MOST_VOTES, error_messages={"invalid": "请填写人数。"}
    )
    avoid = forms.TypedMultipleChoiceField(label="回避", coerce=int, required=False)

    def __init__(self, *args, members, returnable, **kwargs):
        super().__init__(*args, **kwargs)
        kinds = MeetingItem.Outcome
        known = [kinds.AGREE, *([kinds.RETURN] if returnable else []), kinds.PUT_OFF]
        self.fields["outcome"].choices = [(one.value, one.label) for one in known]
        self.fields["avoid"].choices = members


class SignatureForm(forms.Form):
    """The chair's password, checked as at the login.

    So guessing it here locks the account as well.
    """

    password = forms.CharField(
        label="登录密码（签署确认）", strip=False, error_messages={"required": "签署须重新输入登录密码。"}
    )

    def __init__(self, *args, request, **kwargs):
        super().__init__(*args, **kwargs)
        self.request = request

    def clean_password(self):
        """Return the password if it is the reader's own."""
        password, user = self.cleaned_data["password"], self.request.user
        if authenticate(self.request, username=user.get_username(), password=password) != user:
            raise ValidationError("密码不正确，纪要没有签署。", code="wrong")
        return password


def marks(data, seats):
    """Read who came: user id → mark, of those for whom one was chosen.

    Raises ``Refused``.
    """
    found = {seat.user_id: offered(data, f"mark-{seat.user_id}", MeetingSeat.Mark.values) for seat in seats}
    return {user: mark for user, mark in found.items() if mark}


def rows_said(data, keys):
    """Read what was said of single rows: ``(grades, returned)`` as ``recording.Said`` takes them.

    Raises ``Refused``.
    """
    grades = {key: (data.get(f"g-{key}", ""), data.get(f"r-{key}", "").strip()) for key in keys}
    returned = {key: data.get(f"c-{key}", "").strip() for key in keys if offered(data, f"v-{key}", ["no"])}
    return {key: chosen for key, chosen in grades.items() if any(chosen)}, returned


def ballots(data, items):
    """Read the votes on items: item id → (vote, words).

    ``rest``: every item without a vote of its own is agreed to (其余均同意).
    """
    rest = MeetingBallot.Vote.AGREE.value if data.get("rest") == "yes" else ""
    found = {item.pk: (data.get(f"vote-{item.pk}") or rest, data.get(f"words-{item.pk}", "").strip()) for item in items}
    return {pk: said for pk, said in found.items() if any(said)}


def too_long(texts):
    """Return what is wrong with the length of what was typed of rows or votes, empty if nothing is."""
    long = [text for text in texts if len(text) > LONGEST]
    return f"每项意见或理由最多 {LONGEST} 字，有 {len(long)} 项超过，请删减。" if long else ""
