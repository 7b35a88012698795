"""The steps of a power that stand in one cell: 申请（经办人）→审核（科长）→审批（处长）→办结. Pure: no Django."""

import re

from registers.imports.listed import han_number, listed

_ARROWS = "→|➔|➜|⇒|=>|->|——+|---+|↓|↘"
_ORDINAL = r"(?:第(?=\S{1,3}步)|步骤)([一二三四五六七八九十]{1,3}|\d{1,2})步?[：:、，,.]?"  # 第一步：, 步骤1、
_POST = re.compile(r"[(（]([^()（）]{1,30})[)）]\s*[。；;]?$")
_ENDS = {"结束", "办结", "完成", "归档结束", "流程结束", "开始"}
_PLACEHOLDER = re.compile(r"【[^】]*】|[X×]{2,}(?=个工作日)")


def steps_of(words):
    """Return the steps of a text in their order: [(post or "", what is done)].

    A mere 办结 at the end is none. Arrows part steps, else 第一步, else numbers, else line breaks, else semicolons.
    """
    parts = _parts(words.strip())
    steps = [_step(part.strip(" \t\r\n。；;")) for part in parts if part.strip(" \t\r\n。；;")]
    return [step for step in steps if step[1] and step[1] not in _ENDS]


def _parts(words):
    if len(found := [part for part in re.split(_ARROWS, words) if part.strip()]) > 1:
        return found
    before, *numbered = re.split(_ORDINAL, words)
    numbers = [int(number) if number.isdecimal() else han_number(number) for number in numbered[::2]]
    if len(numbers) > 1 and numbers == list(range(1, len(numbers) + 1)):
        return [before, *numbered[1::2]]
    if len(numbered := listed(words).items) > 1:
        return list(numbered)
    for mark in (r"\n+", r"[；;]"):
        if len(found := [part for part in re.split(mark, words) if part.strip()]) > 1:
            return found
    return [words]


def _step(words):
    if match := _POST.search(words):
        return match[1].strip(), words[: match.start()].strip()
    return "", words


def has_placeholder(words):
    """Whether a text still holds a gap that its writer was to fill (【A岗位】, XX个工作日)."""
    return bool(_PLACEHOLDER.search(words))
