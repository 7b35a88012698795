"""Any text whatever is answered with findings: their lines right, their words Chinese, in a time that people wait for."""

import re

import pytest

from registers.papers.compose import empty
from registers.schemes.checking import loading, reading
from tests.longer import LONG
from tests.registers.mutated import HOSTILE, NAMED, TEXTS, damaged

pytestmark = pytest.mark.once

FILES, BATCH = (10_000, 100) if LONG else (32, 32)
EVERY = 1 if LONG else 61  # which of the lines that can hold a slip are given one
CHINESE = re.compile("[\u4e00-\u9fff]")
ENGLISH = re.compile("found|expected|while|mapping|Error|object at|NoneType")


def findings(text):
    """What is found in a text; None where nothing is. Anything but findings fails the test."""
    try:
        rules, _ = loading.read_text(text, "x.yaml")
    except loading.SchemeFaults as faults:
        assert 1 <= len(faults.findings) <= loading.MOST + 1
        return faults.findings
    assert all(empty(paper, rules) for paper in rules.papers.values())
    return None


def unsound(text, found):
    """The findings that name no line of the text, or speak another language than whoever reads them."""
    lines = len(re.split("\r\n|[\r\n\x85\u2028\u2029]", text)) + 1
    return [
        str(row)
        for row in found
        if not 1 <= row.line <= lines
        or not CHINESE.search(row.fault)
        or not CHINESE.search(row.remedy)
        or ENGLISH.search(re.sub("“[^”]*”?", "", row.fault + row.remedy))
    ]


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_is_answered_with_findings(text):
    assert unsound(text, findings(text)) == []


@pytest.mark.parametrize("name", HOSTILE if LONG else NAMED)
def test_hostile_value_in_a_real_file_is_answered_with_findings(name):
    text = HOSTILE[name]
    inside = "\n".join(f"  {line}" for line in text.split("\n")[:2000])
    whole = TEXTS[0].replace("\nroles:\n", f"\nroles:\n{inside[:100_000]}\n", 1)
    assert unsound(whole, findings(whole) or []) == []


@pytest.mark.parametrize("first", range(0, FILES, BATCH))
def test_damaged_files_are_answered_with_findings(first):
    """On a failure the seed that stands in the message makes the same file again."""
    wrong = {}
    for seed in range(first, first + BATCH):
        text = damaged(seed)
        try:
            found = findings(text)
        except Exception as error:  # whatever it is, its seed is to be told
            wrong[seed] = repr(error)[:200]
        else:
            if found and (said := unsound(text, found)):
                wrong[seed] = said[:3]
    assert wrong == {}


# Slips of the hand: a name, which lines can have it, what they become.
SLIPS = {
    "Chinese colon": (r"^(\s*(?:- )?[a-z_0-9-]+): ([^|>&\[{].*)$", r"\1：\2"),
    "Chinese colon before a group": (r"^(\s*(?:- )?[a-z_0-9-]+):$", r"\1："),
    "no blank after the colon": (r'^(\s+[a-z_]+): ([^|>&\[{"].*)$', r"\1:\2"),
    "open quotation mark": (r'^(\s+[a-z_]+: )([^"\[{&*|>#]+)$', r'\1"\2'),
    "quotation mark taken away": (r'^(\s+[a-z_]+: ".*)"$', r"\1"),
    "tab": (r"^\s+([a-z_]+: .*)$", r"\t\1"),
    "brace taken away": (r"^(\s*- \{.*)\}$", r"\1"),
    "one blank more": (r"^(\s+[a-z_]+: \S.*)$", r" \1"),
    "one blank less": (r"^\s(\s*[a-z_]+: \S.*)$", r"\1"),
    "no blank after the dash": (r"^(\s+)- ([a-z_]+: .*)$", r"\1-\2"),
}


@pytest.mark.parametrize(("pattern", "becomes"), SLIPS.values(), ids=SLIPS)
def test_slip_is_found_on_its_own_line(pattern, becomes):
    wrong, made = [], 0
    for text in TEXTS:
        lines = text.split("\n")
        able = [at for at, line in enumerate(lines) if re.match(pattern, line) and not line.lstrip().startswith("#")]
        for at in able[::EVERY]:
            made += 1
            changed = [*lines[:at], re.sub(pattern, becomes, lines[at]), *lines[at + 1 :]]
            try:
                reading.values("\n".join(changed))
            except reading.Unreadable as found:
                if found.line != at + 1:
                    wrong.append((at + 1, found.line, found.fault))
            else:
                wrong.append((at + 1, "nothing", changed[at]))
    assert made > 0
    assert wrong == []


@pytest.mark.parametrize(
    ("text", "line", "fault"),
    [
        ("a: 1\n b: 2\n", 2, "冒号"),
        ("a: *b\n", 1, "没有定义"),
        ('a: "\\q"\n', 1, "反斜杠"),
        ("a: 1\nb: @c\n", 2, "不能放在开头"),
        ("a: b: c\n", 1, "不能再出现冒号"),
        ("a: 1\n---\nb: 2\n", 2, "不止一份"),
        ("a: 1\nb: 2\na: 3\n", 3, "写了两次"),
        ("a: [1, 2\nb: 3\n", 1, "方括号"),
        ("a: 1\nb: \x07\n", 2, "控制字符"),
        ("a:\n  - b: 1\n   c: 2\n", 3, "没有对齐"),
    ],
)
def test_writing_that_cannot_be_read_is_explained(text, line, fault):
    with pytest.raises(reading.Unreadable) as refused:
        reading.values(text)
    assert (refused.value.line, fault in refused.value.fault) == (line, True), refused.value.fault


def test_many_faults_are_counted_and_not_all_listed():
    names = "\n".join(f"  - {{code: c{number}, label: 甲}}" for number in range(1200))
    found = findings(TEXTS[0].replace("\ndomains:\n", f"\ndomains:\n{names}\n", 1))
    assert len(found) == loading.MOST + 1
    assert re.fullmatch(r"另有 \d+ 处问题没有列出", found[-1].fault)


def test_what_a_file_refers_to_is_taken_over():
    _, document = reading.values("a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\nc: {<<: [*a, {z: 4}]}\n")
    assert document == {"a": {"x": 1, "y": 2}, "b": {"x": 1, "y": 3}, "c": {"x": 1, "y": 2, "z": 4}}


def test_values_are_what_they_look_like():
    _, document = reading.values("{a: 12, b: 09-20, c: 0x1F, d: yes, e: ~, f: 1.5, g: 2016-06-28, h: 'on', on: 1}")
    assert document == {
        "a": 12, "b": "09-20", "c": "0x1F", "d": True, "e": None, "f": "1.5", "g": "2016-06-28", "h": "on", "on": 1,
    }  # fmt: skip
