"""Forms for what a unit makes public: a matter with its days, and one part of it."""

from django.core.exceptions import ValidationError

from registers.forms.fields import Text
from workflows import disclosures
from workflows.deadlines import days
from workflows.forms.laid import LaidForm, choice, day
from workflows.forms.powers import NONE, chosen, power_field, values_of

LONG = 5000
ASKED = ("asked_by", "asked_on", "answer_due_on", "answered_on")
AHEAD = "距今超过一年，请核对年份。"


class MatterForm(LaidForm):
    """A matter of a unit.

    ``rules``: what the scheme says of disclosure. ``powers``: those that can be chosen (``Offered``).
    ``today``: the last day of what has happened. ``units``: (code, name), for a new record only; it also asks by which day each
    part is to be public.
    """

    def __init__(self, *args, rules, powers, today, units=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.rules, self.powers, self.today, self.is_new = rules, powers, today, bool(units)
        if units:
            self.fields["unit"] = choice("单位", units)
        self.fields["title"] = Text("公开事项", most=120, help_text="写明是哪一件事，例如：2026年国家奖学金评审。")
        if rules.matters:
            self.fields["matter"] = choice("事项类别", _of(rules.matters), required=False)
        self.fields["power"] = power_field(powers, help_text="这件事行使的是登记的哪一项权力；没有对应的不选。")
        if rules.modes:
            self.fields["mode"] = choice("公开方式", [(mode.code, mode.label) for mode in rules.modes])
        if rules.asking_modes:
            self._ask()
        for part in rules.parts if self.is_new else ():
            self.fields[f"due-{part.code}"] = day(f"{part.label}的计划日期", help_text="在这一天以前公开。")

    def _ask(self):
        words = "、".join(mode.label for mode in self.rules.modes if mode.asked)
        self.fields["asked_by"] = choice(
            "由谁提出", _of(self.rules.askers), required=False, help_text=f"{words}的填写；只登记哪一类人，不登记姓名。"
        )
        self.fields["asked_on"] = day("提出日期", required=False)
        self.fields["answer_due_on"] = day(
            "答复期限", required=False, help_text=f"不填的，为提出之日起 {self.rules.answer_days} 个工作日。"
        )
        self.fields["answered_on"] = day("答复日期", required=False, help_text="答复以后再填。")

    def clean(self):
        """Compare the fields with each other."""
        cleaned = super().clean()
        self._check_power(cleaned)
        if self.rules.asking_modes and "mode" in cleaned:
            self._check_asked(cleaned)
        for name in (name for name in self.fields if name.startswith("due-")):
            if cleaned.get(name) is not None and days.is_too_far(cleaned[name], self.today):
                self.add_error(name, f"{self.fields[name].label}{AHEAD}")
        return cleaned

    def _check_power(self, cleaned):
        power = chosen(self.powers, cleaned.get("power"))
        if power is not None and self.is_new and cleaned.get("unit") and power.unit != cleaned["unit"]:
            self.add_error("power", "所选的权力事项不是这个单位的，请重新选择，或改选单位。")

    def _check_asked(self, cleaned):
        label = self.rules.label_of("modes", cleaned["mode"])
        if cleaned["mode"] not in self.rules.asking_modes:
            for name in ASKED:
                if cleaned.get(name):
                    self.add_error(name, f"{label}不须经人提出，请删去{self.fields[name].label}，或改选公开方式。")
            return
        for name in ("asked_by", "asked_on"):
            if name not in self.errors and not cleaned.get(name):
                self.add_error(name, f"{label}请填写{self.fields[name].label}。")
        asked, answered, due = (cleaned.get(name) for name in ("asked_on", "answered_on", "answer_due_on"))
        for name, value in (("asked_on", asked), ("answered_on", answered)):
            if value is not None and value > self.today:
                self.add_error(name, f"{self.fields[name].label}不能晚于今天。")
        for name, value in (("answered_on", answered), ("answer_due_on", due)):
            if asked is not None and value is not None and value < asked:
                self.add_error(name, f"{self.fields[name].label}不能早于提出日期。")
        if due is not None and days.is_too_far(due, self.today):
            self.add_error("answer_due_on", f"答复期限{AHEAD}")

    @property
    def values(self):
        """The fields of the matter, as ``disclosures.enter`` takes them."""
        cleaned = self.cleaned_data
        values = {name: cleaned.get(name) or "" for name in ("title", "matter", "mode", "asked_by")}
        values |= {name: cleaned.get(name) for name in ("asked_on", "answer_due_on", "answered_on")}
        if values["asked_on"] is not None and values["answer_due_on"] is None:
            values["answer_due_on"] = days.add_working_days(values["asked_on"], self.rules.answer_days)
        return values | values_of(chosen(self.powers, cleaned.get("power")))

    @property
    def due(self):
        """The day of each part, as ``disclosures.enter`` takes them."""
        return {part.code: self.cleaned_data[f"due-{part.code}"] for part in self.rules.parts}


def _of(named):
    return [NONE, *((one.code, one.label) for one in named)]


class PartForm(LaidForm):
    """One part of a matter.

    ``rules``: what the scheme says of disclosure. ``today``: the last day of what has happened.
    """

    lines = {"content": 6}

    happened_on = day("办理日期", required=False, help_text="作出决定、办理、办结的那一天。")
    document_number = Text("文号", most=60, required=False)
    content = Text("公开的内容", most=LONG, required=False)
    due_on = day("计划公开日期", required=False)
    disclosed_on = day("公开日期", required=False, help_text="已经公开的填写；还没有公开的留空。")
    channel = choice("公开渠道", required=False)
    place = Text("公开的位置", most=200, required=False, help_text="网址、期号或者公开栏的地点。")

    def __init__(self, *args, rules, today, **kwargs):
        super().__init__(*args, **kwargs)
        self.rules, self.today = rules, today
        self.fields["channel"].choices = _of(rules.channels)
        self.fields["due_on"].help_text = f"不填的，为办理日期后 {rules.within} 个工作日。"

    def clean_happened_on(self):
        """Refuse a day that has not come."""
        return self._past("happened_on")

    def clean_disclosed_on(self):
        """Refuse a day that has not come."""
        return self._past("disclosed_on")

    def _past(self, name):
        value = self.cleaned_data[name]
        if value is not None and value > self.today:
            raise ValidationError(f"{self.fields[name].label}不能晚于今天。")
        return value

    def clean(self):
        """Compare the fields with each other."""
        cleaned = super().clean()
        public, happened, due = (cleaned.get(name) for name in ("disclosed_on", "happened_on", "due_on"))
        if due is not None and days.is_too_far(due, self.today):
            self.add_error("due_on", f"计划公开日期{AHEAD}")
        if self.errors:
            return cleaned
        if public is not None:
            for name in ("channel", "content"):
                if not cleaned.get(name):
                    self.add_error(name, f"已经公开的，请填写{self.fields[name].label}。")
            if happened is not None and public < happened:
                self.add_error("disclosed_on", "公开日期不能早于办理日期。")
            return cleaned
        for name in ("channel", "place"):
            if cleaned.get(name):
                self.add_error(
                    "disclosed_on", f"填写了{self.fields[name].label}，请填写公开日期；还没有公开的，请删去。"
                )
                break
        if due is None and happened is None:
            self.add_error("due_on", "还没有公开的，请填写计划公开日期，或填写办理日期由系统推算。")
        return cleaned

    @property
    def values(self):
        """The fields of the part, as ``disclosures.record`` takes them."""
        values = {name: self.cleaned_data[name] for name in disclosures.PART_FIELDS}
        if values["disclosed_on"] is None and values["due_on"] is None:
            values["due_on"] = days.add_working_days(values["happened_on"], self.rules.within)
        return values
