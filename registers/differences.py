"""What differs between two versions of a record.

Said once, for histories, comparisons and reviews, and to tell a change from none.
"""

from typing import NamedTuple

from django.db import models

from registers.models import MajorMatter, PowerItem
from registers.models.versioned import KEPT_FIELDS, VERSION_FIELDS
from registers.text import segments

# Which record a version is or belongs to, not what it says: that is said in words by other fields.
IDENTITY = (*VERSION_FIELDS, *KEPT_FIELDS, "point_series", "power_series", "step_key")
CODED = {"finding_source": "finding_sources", "nature": "natures", "domain": "domains"}  # field → list of the scheme
PROCEDURE = "procedure"  # the steps of a power: part of its version, but rows of their own
LABELS = {
    "unit": "单位",
    "post": "岗位",
    "holder": "责任人",
    "category": "风险类别",
    "factors": "评估因素",
    "self_grade": "自评等级",
    "proposed_grade": "拟定等级",
    "final_grade": "风险等级",
    PROCEDURE: "运作程序",
}
NOBODY = {"holder": "无", "responsible": "无", "final_grade": "未评定"}  # what a page says where nothing is named


class Difference(NamedTuple):
    """One thing that two versions say otherwise.

    ``running``: it is text, of which the words that differ are marked.
    """

    field: str
    label: str
    before: str
    after: str
    running: bool = True

    @property
    def segments(self):
        """Both texts in segments, as ``components/diff.html`` takes them, None for what is no text.

        Worked out when it is shown: lines are many.
        """
        return segments(self.before, self.after) if self.running else None


def differences(before, after, *, rules=None, only=None):
    """What two versions of a record say otherwise: a ``Difference`` for every field whose words differ.

    ``rules``: the scheme, for values that it names. ``only``: names of fields, in the order to show them; else all fields
    of the record, in its own order. Related rows are read where they have not been.
    """
    differing = [
        Difference(
            name,
            label_of(type(before), name),
            words_of(before, name, rules),
            words_of(after, name, rules),
            _is_running(type(before), name),
        )
        for name in differing_fields(before, after, only=only)
    ]
    return [thing for thing in differing if thing.before != thing.after]


def differing_fields(before, after, *, only=None):
    """The names of the fields of two versions whose values differ.

    Reads nothing but the steps of powers.
    """
    names = only or fields_of(type(before))
    return [name for name in names if _value(before, name) != _value(after, name)]


def between(before, after):
    """What two lists of ``(field, label, words)`` say otherwise, of the fields that both have."""
    then = {field: str(words or "") for field, _, words in before}
    now = [(field, label, str(words or "")) for field, label, words in after]
    return [
        Difference(field, label, then[field], words)
        for field, label, words in now
        if field in then and then[field] != words
    ]


def fields_of(model):
    """The names of the fields that say what a version of ``model`` holds."""
    own = [field.name for field in model._meta.concrete_fields if field.name not in IDENTITY]
    return [*own, PROCEDURE] if model is PowerItem else own


def label_of(model, name):
    """What people call a field."""
    return LABELS.get(name) or str(model._meta.get_field(name).verbose_name)


def words_of(record, name, rules=None):
    """The value of a field in words, empty for none."""
    value = getattr(record, name, "")
    if value is None or value == "":
        return NOBODY.get(name, "")
    if name in CODED and rules is not None:
        return rules.label_of(CODED[name], value)
    if name in WORDS:
        return WORDS[name](value, rules)
    return str(getattr(value, "label", None) or getattr(value, "name", None) or value)


def factors_in_words(rules, factors):
    """``(code, label, value in words)`` of a scheme's grading factors."""
    named = [(factor, {value.code: value.label for value in factor.values}) for factor in rules.grading.factors]
    return [(factor.code, factor.label, labels.get(factors.get(factor.code), "")) for factor, labels in named]


def _factors(factors, rules):
    if rules is None:
        return "；".join(factors.values())
    return "；".join(f"{label}：{text}" for _, label, text in factors_in_words(rules, factors) if text)


WORDS = {
    "factors": _factors,
    "major_matter": lambda value, rules: MajorMatter(value).label,
    "kind": lambda value, rules: PowerItem.Kind(value).label if value else "",
    "touches_vital_interests": lambda value, rules: "是" if value else "否",
}


def _value(record, name):
    if name == PROCEDURE:
        return record.procedure
    return getattr(record, type(record)._meta.get_field(name).attname)


def _is_running(model, name):
    if name == PROCEDURE:
        return True
    field = model._meta.get_field(name)
    return isinstance(field, models.TextField | models.CharField) and not field.choices and name not in CODED
