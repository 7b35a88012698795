"""The steps of a power as rows of a form: what is typed, what is wrong with it, what it becomes.

A draft holds the rows as one text, so that a sheet compares, keeps and fingerprints them like any other field.
"""

import json
import uuid
from dataclasses import dataclass
from itertools import count, takewhile

from django.db.models import prefetch_related_objects

from registers.models import Post, ProcessStep
from workflows.sheets.fields import Field

STEPS = "procedure"
END = ProcessStep.END
MOST = 60  # steps of one power
SPARE = 2  # empty rows below those that are filled
WAYS = 3  # next steps of one step
# Column of a row → (label, most characters). The same names stand on the record.
TEXTS = {
    name: (label, ProcessStep._meta.get_field(name).max_length)
    for name, label in (
        ("post_name", "承办岗位"),
        ("procedure", "步骤内容"),
        ("time_limit", "时限"),
        ("checked_by", "由谁复核"),
        ("complaint_channel", "投诉举报途径"),
    )
}
LONGEST_CONDITION = 30
COLUMNS = ("key", *TEXTS, *(f"{part}_{way}" for way in range(1, WAYS + 1) for part in ("when", "to")))


@dataclass(frozen=True)
class Cell:
    """One input in the row of a step. ``limit``: how many characters it takes."""

    name: str
    label: str
    value: str
    limit: int | None = None


@dataclass(frozen=True)
class StepRow:
    """One row of the form.

    ``ways``: (condition, target) each. ``targets``: what can be chosen, as (value, label).
    """

    number: int
    key: Cell
    texts: list
    ways: list
    targets: list


@dataclass(frozen=True)
class StepsField(Field):
    """The field for the steps of a power: rows instead of one text."""

    def fault(self, typed):
        return fault(typed, required=self.required, label=self.label)

    def in_words(self, typed):
        return in_words(typed)

    def rows_of(self, typed, name):
        return [_row(f"{name}-", number, row, targets) for number, row, targets in _with_spare(rows_of(typed))]

    def posted(self, data, name):
        return posted(data, f"{name}-")


def steps_field(ask):
    """The field for the steps, as the task of a scheme asks for them."""
    return StepsField(
        STEPS, ask.label, "steps", required=ask.required, help=ask.help, example=ask.example, whole_row=True
    )


def typed_text(rows):
    """Rows as the one text that a draft holds, empty without any."""
    filled = [{name: row.get(name, "") for name in COLUMNS if row.get(name, "")} for row in rows if is_filled(row)]
    return json.dumps(filled, ensure_ascii=False) if filled else ""


def is_filled(row):
    """Whether anything was typed in a row, beside the key that it brings along."""
    return any(str(row.get(name, "")).strip() for name in COLUMNS if name != "key")


def rows_of(text):
    """Return the rows that a draft holds.

    A draft from before there were rows has a step a line: ``步骤``, ``岗位｜步骤`` or ``岗位｜步骤｜时限``, any further part is kept
    as who checks it.
    """
    if not text.strip():
        return []
    try:
        rows = json.loads(text)
    except ValueError:
        rows = None
    if not isinstance(rows, list):
        lines = [line for line in text.splitlines() if line.strip(" |｜")]
        rows = [_old_row(number, line) for number, line in enumerate(lines)]
    return [{name: str(row.get(name, "")) for name in COLUMNS} for row in rows if isinstance(row, dict)]


def _old_row(number, line):
    parts = [part.strip() for part in line.replace("|", "｜").split("｜")]
    if len(parts) == 1:
        parts = ["", parts[0]]
    row = dict(zip(("post_name", "procedure", "time_limit"), (*parts, "", "")[:3], strict=True))
    # A key that follows from the words: the same draft gives the same rows.
    return row | {"checked_by": "｜".join(parts[3:]), "key": str(uuid.uuid5(uuid.NAMESPACE_OID, f"{number} {line}"))}


def rows_on_record(item):
    """Return the steps of a power in force as rows."""
    return [row_of(step) for step in item.steps.all()]


def row_of(step):
    """Return one step as a row."""
    row = {"key": str(step.key)} | {name: getattr(step, name) for name in TEXTS}
    for way, following in enumerate(step.following[:WAYS], start=1):
        row |= {f"when_{way}": following["when"], f"to_{way}": following["to"]}
    return row


def ways_of(row):
    """The next steps that were typed in a row: ``{"to", "when"}`` each."""
    ways = [{"to": row.get(f"to_{way}", ""), "when": row.get(f"when_{way}", "").strip()} for way in range(1, WAYS + 1)]
    return [way for way in ways if way["to"] or way["when"]]


def fault(text, *, required, label):
    """What is wrong with the steps typed, in a sentence that names each place. Empty if nothing is."""
    rows = [row for row in rows_of(text) if is_filled(row)]
    if not rows:
        return f"请填写“{label}”，至少一个步骤。" if required else ""
    if len(rows) > MOST:
        return f"“{label}”最多 {MOST} 个步骤，现有 {len(rows)} 个。"
    known = {row["key"] for row in rows} | {END}
    found = [words for number, row in enumerate(rows, start=1) for words in _row_faults(number, row, known)]
    keys = [row["key"] for row in rows]
    if len(set(keys)) != len(keys):
        found.append("有两个步骤的标识相同，请刷新页面后重新填写")
    return f"{'；'.join(found)}。" if found else ""


def _row_faults(number, row, known):
    """What is wrong with one row."""
    if not row["procedure"].strip():
        yield f"第{number}步没有写步骤内容"
    for name, (label, most) in TEXTS.items():
        if (length := len(row[name].strip())) > most:
            yield f"第{number}步的“{label}”最多 {most} 字，现有 {length} 字"
    ways = ways_of(row)
    for place, way in enumerate(ways, start=1):
        if (length := len(way["when"])) > LONGEST_CONDITION:
            yield f"第{number}步的条件 {place} 最多 {LONGEST_CONDITION} 字，现有 {length} 字"
        if not way["to"]:
            yield f"第{number}步的条件“{way['when'][:LONGEST_CONDITION]}”没有选择转到哪一步"
        elif way["to"] not in known:
            yield f"第{number}步转到的步骤没有填写内容"
        elif way["to"] == row["key"]:
            yield f"第{number}步不能转到本步"
        if len(ways) > 1 and way["to"] and not way["when"]:
            yield f"第{number}步有几个去向，每个去向都要写明条件"


def _is_key(text):
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False


def write(typed, *, unit, on):
    """Create the steps of freshly saved versions from what was typed: ``(version, text)`` each.

    ``unit``: whose posts of the day ``on`` are meant by their names.
    """
    if not typed:
        return
    posts = dict(Post.objects.existing(on).filter(unit=unit).order_by("-code").values_list("name", "pk"))
    ProcessStep.objects.bulk_create(
        ProcessStep(
            power_item=record,
            position=position,
            key=row["key"] or uuid.uuid4(),
            post_id=posts.get(row["post_name"].strip()),
            following=ways_of(row),
            **{name: row[name].strip() for name in TEXTS},
        )
        for record, text in typed
        for position, row in enumerate(filter(is_filled, rows_of(text)), start=1)
    )


def carry_over(records):
    """Create the steps of versions on whose sheet they were not asked for: those of their bases."""
    prefetch_related_objects([record.base for record in records], "steps")
    ProcessStep.objects.bulk_create(
        ProcessStep(
            power_item=record,
            **{
                field.attname: getattr(step, field.attname)
                for field in ProcessStep._meta.concrete_fields
                if field.name not in ("id", "power_item")
            },
        )
        for record in records
        for step in record.base.steps.all()
    )


def in_words(text):
    """The typed rows as a version in force says its steps, to be compared with it."""
    rows = [row for row in rows_of(text) if is_filled(row)]
    steps = [
        ProcessStep(key=row["key"] or None, following=ways_of(row), **{name: row[name].strip() for name in TEXTS})
        for row in rows
    ]
    numbers = {str(step.key): number for number, step in enumerate(steps, start=1)}
    return "\n".join(f"{number}. {step.words(numbers)}" for number, step in enumerate(steps, start=1))


def posted(data, prefix):
    """Return what was typed in the rows of a form as the text that a draft holds.

    None where the form has no rows. ``prefix`` of the names of the rows' inputs.
    """
    if f"{prefix}0-key" not in data:
        return None
    rows = []
    for number in takewhile(lambda number: f"{prefix}{number}-key" in data, count()):
        row = {name: data.get(f"{prefix}{number}-{name}", "").replace("\r\n", "\n") for name in COLUMNS}
        rows.append(row if _is_key(row["key"]) else row | {"key": str(uuid.uuid4())})
    return typed_text(rows)


def _with_spare(rows):
    """Rows with a few empty ones below: (number from 0, row, what its ways can lead to).

    An empty row gets its key when the page is made, so that others can point to it before it is saved.
    """
    rows = rows + [{"key": str(uuid.uuid4())} for _ in range(SPARE)]
    targets = [(END, "结束"), *((row["key"], f"第{place}步") for place, row in enumerate(rows, 1))]
    return [(number, row, [to for to in targets if to[0] != row["key"]]) for number, row in enumerate(rows)]


def _row(prefix, number, row, targets):
    """The inputs of one row, named with ``prefix``."""

    def cell(name, label="", limit=None):
        return Cell(f"{prefix}{number}-{name}", label, row.get(name, ""), limit)

    ways = [
        (cell(f"when_{way}", f"条件 {way}", LONGEST_CONDITION), cell(f"to_{way}", "转到")) for way in range(1, WAYS + 1)
    ]
    texts = [cell(name, label, most) for name, (label, most) in TEXTS.items()]
    return StepRow(number + 1, cell("key"), texts, ways, targets)
