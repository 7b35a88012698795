"""From a text to its values and their lines, whatever the text is.

Every way in which a text is no readable file ends in an ``Unreadable`` with line, fault and remedy.
Pure: no Django, no database.
"""

import re
from itertools import islice

import yaml

from registers.refusals import Refused
from registers.schemes.checking import yamlfaults
from registers.text import without_unseen

LONGEST_TEXT = 400_000  # characters of a scheme file; the longest so far has 30,000
LARGEST = 30_000  # values in it, references written out; the richest so far has 6,000
DEEPEST = 40  # lists and groups inside one another; what composes them would not survive a hundred thousand
LONGEST_NUMBER = 18  # digits

_TAG = "tag:yaml.org,2002:"
_WHOLE = re.compile(r"[-+]?[0-9]{1,18}")
_YES, _NO = {"yes", "true", "on"}, {"no", "false", "off"}


class Unreadable(Refused):
    """A refusal of a text that holds no values: ``line``, ``fault`` and ``remedy``."""

    def __init__(self, line, fault, remedy):
        self.line, self.fault, self.remedy = line, fault, remedy
        super().__init__(fault)


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """A YAML loader for which days stay text: 09-20 is not a sum and 2016-06-28 keeps its zeros."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def values(text):
    """Return the root node of a YAML text, which knows the lines, and the plain values that it holds.

    Both are None for an empty text. Raises ``Unreadable``.
    """
    if len(text) > LONGEST_TEXT:
        raise Unreadable(1, f"文件超过 {LONGEST_TEXT // 10_000} 万字", "方案文件不应这么大，检查是否选错了文件")
    _check_characters(text)
    try:
        _check_size(text)
        root = _composed(text)
    except yaml.YAMLError as error:
        raise Unreadable(*yamlfaults.explained(error, text)) from None
    if root is None:
        return None, None
    if _expanded(root, {}) > LARGEST:
        raise Unreadable(1, "引用展开后内容过多", "减少以 * 引用的段落，不要循环引用")
    return root, _value(root, {})


def _check_characters(text):
    if not without_unseen(text.removeprefix("\ufeff"))[1]:
        return
    for number, line in enumerate(text.split("\n"), start=1):
        if without_unseen(line.removeprefix("\ufeff") if number == 1 else line)[1]:
            raise Unreadable(number, "有看不见的控制字符", "删去该行后重新输入，不要从其他软件直接粘贴")


def _check_size(text):
    """Check depth and number of values before anything is built of them. Raises ``YAMLError`` and ``Unreadable``."""
    depth = 0
    events = yaml.parse(text, Loader=_Loader)
    for number, event in enumerate(islice(events, 2 * LARGEST + 1)):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        line = event.start_mark.line + 1
        if depth > DEEPEST:
            raise Unreadable(line, f"嵌套超过 {DEEPEST} 层", "检查该处是否多写了括号或缩进")
        if number == 2 * LARGEST:
            raise Unreadable(line, f"内容超过 {LARGEST // 10_000} 万项", "方案文件不应这么大，检查是否选错了文件")


def _composed(text):
    loader = _Loader(text)
    try:
        return loader.get_single_node()
    finally:
        loader.dispose()


def _expanded(node, seen):
    """Count the values of a node with every reference written out. A circle counts as too many."""
    if id(node) not in seen:
        seen[id(node)] = LARGEST + 1
        parts = node.value if isinstance(node, yaml.CollectionNode) else []
        pairs = [part for pair in parts for part in (pair if isinstance(pair, tuple) else (pair,))]
        seen[id(node)] = 1 + sum(_expanded(part, seen) for part in pairs)
    return seen[id(node)]


def _value(node, known):
    """Return the plain value of a node. What is referred to twice is built once."""
    if id(node) not in known:
        if isinstance(node, yaml.MappingNode):
            known[id(node)] = _mapping(node, known)
        elif isinstance(node, yaml.SequenceNode):
            known[id(node)] = [_value(item, known) for item in node.value]
        else:
            known[id(node)] = _scalar(node)
    return known[id(node)]


def _mapping(node, known):
    mapping, lines, taken_over = {}, {}, {}
    for key, part in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            raise Unreadable(
                line, "项目名称写成了括号里的一组内容", "名称只写一个词；文字中有 { } [ ] 的，整个加上引号"
            )
        if key.tag == f"{_TAG}merge":
            taken_over |= _taken_over(part, known)
            continue
        if key.value in lines:
            raise Unreadable(
                line, f"“{_short(key.value)}”写了两次", f"第 {lines[key.value]} 行已经写过，合并成一处或删去其中一处"
            )
        lines[key.value] = line
        mapping[_checked(key)] = _value(part, known)
    return taken_over | mapping


def _taken_over(node, known):
    """Return what ``<<`` takes over from one group or from several, the first of which counts most."""
    groups = node.value if isinstance(node, yaml.SequenceNode) else [node]
    taken = {}
    for group in groups:
        if not isinstance(group, yaml.MappingNode):
            raise Unreadable(node.start_mark.line + 1, "<< 后面不是一组项目", "写成 <<: *名称，引用前面的一组项目")
        taken = _value(group, known) | taken
    return taken


def _scalar(node):
    text, kind = _checked(node), node.tag.removeprefix(_TAG)
    lowered = text.lower()
    if kind == "str":
        return text
    if kind == "null" and lowered in ("", "~", "null"):
        return None
    if kind == "bool" and lowered in _YES | _NO:
        return lowered in _YES
    if kind == "int":
        if _WHOLE.fullmatch(text):
            return int(text)
        if len(text) <= LONGEST_NUMBER and not node.style and re.match(r"[-+0-9]", text):
            return text  # 0x1F, 1_000 and 12:30 are numbers to YAML; here they are what they look like
        raise Unreadable(
            node.start_mark.line + 1,
            f"“{_short(text)}”不是可用的整数",
            f"写成不超过 {LONGEST_NUMBER} 位的整数；要当作文字的加上引号",
        )
    if kind == "float":
        return text  # nothing in a scheme is a fraction
    raise Unreadable(
        node.start_mark.line + 1,
        f"不能使用 {_short(node.tag.replace(_TAG, '!!'))} 这样的类型标记",
        "删去标记；要当作文字的加上引号",
    )


def _checked(node):
    """Return the text of a scalar, which may hold an escaped character that no database takes."""
    if without_unseen(node.value)[1]:
        raise Unreadable(node.start_mark.line + 1, "有看不见的控制字符", "删去引号中 \\0、\\x07 一类的写法")
    return node.value


def _short(text):
    return text if len(text) <= 40 else f"{text[:40]}…"
