"""Faults of a file's writing, as a YAML reader finds them, said in Chinese with the line to mend.

The reader stops where it can go on no longer; the slip is often further up. Pure: no Django, no database.
"""

import re

import yaml

# A name of a scheme file, then a Chinese colon; or an ASCII colon with nothing between it and the value.
_WIDE_COLON = re.compile(r"^\s*(?:- )*[{\[\s]*[\"']?[A-Za-z][\w-]*[\"']?\s*：")
_BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")  # what ends a line for YAML
_TIGHT_COLON = re.compile(r"^\s*(?:- )*[a-z][\w-]*:[^\s:/]")

_TIGHT_DASH = re.compile(r"^\s*(?:- )*-[^\s-][^:]*(:\s|$)|^\s*-- ")

# What the reader says → (fault, remedy).
_WORDS = (
    ("mapping values are not allowed", "此处不能再出现冒号", "含有冒号的文字整个加上引号；缩进与上一行不齐的，对齐"),
    ("could not find expected ':'", "该行缺少冒号", "写成“名称: 值”，冒号用半角，后面空一格；接上一行的文字要多缩进"),
    ("end of stream", "引号没有结束", "在这段文字的末尾补上引号"),
    ("unknown escape character", "引号中的反斜杠写法不认识", "把双引号改成单引号，或把 \\ 写成 \\\\"),
    ("invalid Unicode character escape", "引号中的反斜杠写法不认识", "把双引号改成单引号，或把 \\ 写成 \\\\"),
    ("undefined alias", "* 引用的名称前面没有定义", "在被引用的段落前写 &名称；文字以 * 开头的加上引号"),
    ("expected ',' or '}'", "花括号没有结束", "在该行补上 }，各项之间用半角逗号隔开"),
    ("expected ',' or ']'", "方括号没有结束", "在该行补上 ]，各项之间用半角逗号隔开"),
    ("did not find expected node content", "括号中缺少内容，或括号没有结束", "检查括号是否成对，删去多余的逗号"),
    ("expected '-' indicator", "该行与上面各项没有对齐", "列表的每项以“- ”开头并对齐；同一项的内容与第一个字对齐"),
    ("did not find expected key", "该行与上面各项没有对齐", "同一组的各项缩进相同；检查上面的引号和括号是否成对"),
    ("expected <block end>", "该行与上面各项没有对齐", "同一组的各项缩进相同；检查上面的引号和括号是否成对"),
    ("another document", "文件里有不止一份内容", "删去单独成行的 --- 及其后的内容"),
    ("block sequence entries are not allowed", "此处不能用“- ”开始一项", "“- ”另起一行并缩进"),
    ("anchor", "& 或 * 后面的名称不对", "名称只用字母、数字和连字符；文字以 & 或 * 开头的加上引号"),
    ("tag", "以 ! 开头的内容不能识别", "文字以 ! 开头的加上引号"),
    ("directive", "以 % 开头的行不能识别", "文字以 % 开头的加上引号"),
)


def explained(error, text):
    """Return ``(line, fault, remedy)`` for what a YAML reader found wrong with ``text``."""
    lines = _BREAK.split(text)
    said = str(getattr(error, "problem", None) or error)
    found, begun = (_number(getattr(error, name, None)) for name in ("problem_mark", "context_mark"))
    stopped = min(found or begun or 1, len(lines))
    return (
        _tab(said, lines, stopped)
        or _open_quote(error, text, stopped)
        or _colon(lines, stopped)
        or _first_character(said, lines, stopped)
        or _first_of_its_group(said, lines, stopped)
        or _plain(said, begun, stopped)
    )


def _number(mark):
    return mark.line + 1 if mark else None


def _tab(said, lines, stopped):
    if "\t" in lines[stopped - 1] and ("tab" in said or "cannot start any token" in said):
        return stopped, "该行用了制表符（Tab）", "缩进和间隔只用空格，每级两个空格"
    return None


def _open_quote(error, text, stopped):
    """The quotation mark that was meant to end on its own line and ended on another, or nowhere."""
    if "quoted scalar" in str(getattr(error, "context", "")) and "stream" in str(getattr(error, "problem", "")):
        return _quote(_number(error.context_mark))
    last = None
    try:
        for token in yaml.scan(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            if isinstance(token, yaml.ScalarToken) and token.style in ("'", '"'):
                begin, end = token.start_mark.line + 1, token.end_mark.line + 1
                if begin < end <= stopped:
                    last = begin, end
    except yaml.YAMLError:
        pass
    return _quote(last[0]) if last and last[1] >= stopped - 1 else None


def _quote(number):
    return number, "该行的引号没有结束", "在这段文字的末尾补上引号；文字中间的引号改用“ ”"


def _colon(lines, stopped):
    """The line above which the reader stopped because of a colon that is none.

    It is the one where he stopped or the one written above it: remarks and empty lines may stand between.
    """
    above = (number for number in range(stopped - 1, 0, -1) if _is_written(lines[number - 1]))
    near = next(above, stopped)
    for number in range(stopped, 0, -1):
        line = lines[number - 1]
        if _WIDE_COLON.match(line):
            return number, "名称后面用了全角冒号“：”", "改成半角冒号，后面空一格"
        if _TIGHT_COLON.match(line) and number >= near:
            return number, "冒号后面没有空格", "冒号后面空一格再写值"
        if _TIGHT_DASH.match(line) and number >= near:
            return number, "“-”后面没有空格", "“-”后面空一格再写内容"
        if number < stopped - 1 and _is_written(line):
            break
    return None


def _is_written(line):
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _first_character(said, lines, stopped):
    if "cannot start any token" not in said:
        return None
    return stopped, f"“{lines[stopped - 1].strip()[:20]}”中有不能放在开头的符号", "文字以 @、%、` 等符号开头的加上引号"


def _first_of_its_group(said, lines, stopped):
    """The line before, where that one is out of step: the reader takes the first of a group for right."""
    if stopped < 2 or not ("mapping values" in said or "did not find expected" in said):
        return None
    before, here = (len(line) - len(line.lstrip()) for line in lines[stopped - 2 : stopped])
    if before % 2 and not here % 2 and lines[stopped - 2].strip():
        return stopped - 1, "该行的缩进不对", "缩进只用空格，每级两个空格，同一组的各项对齐"
    return None


def _plain(said, begun, stopped):
    for words, fault, remedy in _WORDS:
        if words in said:
            upward = begun and ("':'" in words or "expected ','" in words or "stream" in words)
            return (begun if upward else stopped), fault, remedy
    return stopped, "该行不合 YAML 的写法", "检查该行和上一行的缩进、冒号、引号和括号"
