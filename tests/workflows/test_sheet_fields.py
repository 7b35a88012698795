"""What a sheet asks for: the limit on the page is the limit that refuses, on every sheet of every rule book."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workflows.test_every_scheme import SLUGS, make_play  # noqa: F401 (a fixture)
from workflows.forms.submissions import SheetForm, read
from workflows.models import CampaignTask, Submission
from workflows.sheets import sheet_for
from workflows.sheets.fields import Field, faults_of, names_of

pytestmark = pytest.mark.database("sqlite")


def sheets(play):
    """A sheet of every task that the unit or its clerk owes."""
    for task in CampaignTask.objects.filter(campaign=play.campaign).select_related("campaign__scheme"):
        owed = Submission.objects.filter(task=task, unit=play.campus.unit, person__in=[play.campus.clerk])
        submission = owed.first() or Submission.objects.filter(task=task, unit=play.campus.unit, person=None).first()
        if submission is not None:
            submission.task = task
            yield sheet_for(submission)


def entry_of(sheet):
    """An entry that says everything anew."""
    entry = next(iter(sheet.offered()), None) or sheet.new_entry()
    return {**entry, "change": "revise" if entry["base"] else "add", "values": {}}


def texts_of(sheet):
    """The fields of a sheet into which people write sentences."""
    fields = [*sheet.entry_fields(explains=True), *sheet.sheet_fields()] + [sheet.choice_reason] * sheet.offers_choice
    return [field for field in fields if field.kind in ("text", "textarea") and not field.options]


@pytest.mark.parametrize("slug", SLUGS)
def test_limit_that_is_shown_is_the_limit_that_refuses(make_play, slug):  # noqa: F811 (the fixture)
    play, limited = make_play(scheme=slug), 0
    for sheet in sheets(play):
        assert [field.name for field in texts_of(sheet) if not field.limit] == [], f"{sheet.task}: no limit"
        entry, own = entry_of(sheet), [field for field in sheet.entry_fields() if field.limit]
        whole = [field for field in sheet.sheet_fields() if field.limit]
        for excess in (0, 1):
            values, texts = ({field.name: "长" * (field.limit + excess) for field in part} for part in (own, whole))
            faults = sheet.faults(
                {"entries": [{**entry, "values": values}] if sheet.has_entries else [], "values": texts}
            )
            for fields, wrong in ((own, faults.get(entry["key"], {})), (whole, faults.get("", {}))):
                said = {field.name for field in fields if f"最多 {field.limit} 字" in wrong.get(field.name, "")}
                assert said == ({field.name for field in fields} if excess else set()), sheet.task
        limited += len(own) + len(whole)
    assert limited > 5


@pytest.mark.parametrize("slug", SLUGS)
def test_draft_holds_what_the_form_asks_and_nothing_else(make_play, slug, rf):  # noqa: F811 (the fixture)
    """Every input of the form comes back from the page, and a name that no field has does not."""
    for sheet in sheets(make_play(scheme=slug)):
        key = entry_of(sheet)["key"]
        inputs = [field.name for field in SheetForm(sheet).new_entry("", key).fields if sheet.has_entries]
        extra = [field.name for field in SheetForm(sheet).extra_fields]
        long = "长" * 25_000  # far more than any field takes when it is handed in
        sent = dict.fromkeys([*inputs, *extra, f"e-{key}-final_grade", "state"], long) | {"entry": key}

        content = read(sheet, rf.post("/", sent).POST)

        [entry] = content["entries"]
        typed = {name for name in entry["values"] if entry["values"][name] == long}
        assert typed == {name.removeprefix(f"e-{key}-") for name in inputs}, sheet.task
        assert content["values"] == dict.fromkeys(extra, long)


@pytest.mark.parametrize("slug", SLUGS)
def test_what_is_chosen_is_not_asked_to_be_written(make_play, slug):  # noqa: F811 (the fixture)
    """请选择 for buttons and lists, 请填写 for texts, whatever the sheet."""
    chosen = 0
    for sheet in sheets(make_play(scheme=slug)):
        entry = {**entry_of(sheet), "values": {}}
        wrong = sheet.faults({"entries": [entry] if sheet.has_entries else [], "values": {}})
        for field in [*sheet.entry_fields(), *sheet.sheet_fields()]:
            said = wrong.get(entry["key"], {}).get(field.name) or wrong.get("", {}).get(field.name) or ""
            if said.startswith(("请填写", "请选择")):
                assert said.startswith("请选择" if field.options else "请填写"), (str(sheet.task), field.label)
                chosen += bool(field.options)
    assert chosen


texts = st.text("长 \n", max_size=12)


@given(text=texts, limit=st.integers(1, 8), required=st.booleans())
def test_field_refuses_what_is_missing_or_too_long(text, limit, required):
    field = Field("content", "风险内容", required=required, limit=limit)
    length = len(text.strip())
    expected = f"“风险内容”最多 {limit} 字，现有 {length} 字。" if length > limit else ""
    if required and not length:
        expected = "请填写“风险内容”。"
    assert faults_of([field], {"content": text}) == ({"content": expected} if expected else {})


def test_option_of_another_list_is_refused_in_the_field_s_own_words():
    seat = Field("seat", "职务", "select", (("leader", "组长"),), missing="请选择职务。", unknown="没有这个职务。")
    assert [seat.fault(text) for text in ("", "leader", "leader ", "x")] == ["", "", "没有这个职务。", "没有这个职务。"]
    assert Field("seat", "职务", required=True, missing="请选择职务。").fault(" ") == "请选择职务。"


def test_folded_fields_are_named_after_the_one_they_hang_on():
    stage = Field("prevention", "预防", details=(Field("prevention.due", "时限"),))
    assert names_of([stage, Field("remark", "备注")]) == ["prevention", "prevention.due", "remark"]
