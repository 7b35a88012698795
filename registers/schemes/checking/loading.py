"""Reading a YAML file into a checked scheme.

Every finding names file, line, fault and remedy.
"""

import difflib
from dataclasses import dataclass
from pathlib import Path

import yaml
from pydantic import ValidationError

from registers.refusals import Refused
from registers.schemes import language, layout
from registers.schemes.checking import crosscheck
from registers.schemes.checking.pruning import Pruned
from registers.schemes.language import Scheme

LONGEST_TEXT = 400_000  # characters of a scheme file
LARGEST = 60_000  # values in it, references written out
DEEPEST = 40  # lists and groups inside one another; what composes them would not survive a hundred thousand
# Papers that several institutions use as they are; a scheme takes them over with ``include``.
PARTS = Path(__file__).resolve().parents[3] / "fixtures" / "schemes" / "parts"


@dataclass(frozen=True)
class Finding:
    """One fault of a scheme file: its place, what is wrong, what to do."""

    file: str
    line: int
    fault: str
    remedy: str

    def __str__(self):
        return f"{self.file} 第 {self.line} 行：{self.fault}。处理办法：{self.remedy}。"


class SchemeFaults(Refused):
    """A refusal of a scheme file that cannot be used.

    ``findings`` lists every fault at once.
    """

    def __init__(self, findings):
        self.findings = findings
        super().__init__("\n".join(str(finding) for finding in findings))


_PLAIN = {
    "missing": ("缺少“{name}”", "在此处补上“{name}”一项"),
    "extra_forbidden": ("出现了不认识的项目“{name}”", "删去该项，或检查是否拼写有误"),
    "enum": ("“{name}”的值“{value}”不在允许的范围内", "改为以下之一：{expected}"),
    "literal_error": ("“{name}”的值“{value}”不在允许的范围内", "改为以下之一：{expected}"),
    "string_pattern_mismatch": ("代码“{value}”格式不对", "用小写字母开头，只含小写字母、数字、连字符和下划线"),
    "string_too_short": ("“{name}”不能为空", "填写文字"),
    "string_too_long": ("“{name}”过长", "缩短到 {max_length} 个字符以内"),
    "string_type": ("“{name}”应为文字", "写成文字；数字和日期请加引号"),
    "int_parsing": ("“{name}”应为整数，现为“{value}”", "改写为整数"),
    "int_type": ("“{name}”应为整数", "改写为整数"),
    "bool_parsing": ("“{name}”应为 true 或 false", "改写为 true 或 false"),
    "bool_type": ("“{name}”应为 true 或 false", "改写为 true 或 false"),
    "greater_than_equal": ("“{name}”太小", "改为不小于 {ge} 的数"),
    "less_than_equal": ("“{name}”太大", "改为不大于 {le} 的数"),
    "list_type": ("“{name}”应为列表", "每项一行，以“- ”开头"),
    "dict_type": ("“{name}”应为“名称: 值”形式的一组项目", "检查缩进与冒号"),
    "model_type": ("“{name}”应为“名称: 值”形式的一组项目", "检查缩进与冒号"),
    "model_attributes_type": ("“{name}”应为“名称: 值”形式的一组项目", "检查缩进与冒号"),
    "too_short": ("“{name}”项目太少", "至少写 {min_length} 项"),
    "value_error": ("“{name}”有误：{message}", "按提示改写"),
}


class _OnceLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """A YAML loader that refuses a key written twice. YAML would silently keep the last one."""

    def construct_mapping(self, node, deep=False):
        seen = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(None, None, f"“{key.value}”写了两次", key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


# Days and document numbers must stay text: 09-20 is not a sum and 2016-06-28 keeps its zeros.
_OnceLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read(path):
    """Read and check one scheme file, and return ``(Scheme, plain document)``.

    Raises ``SchemeFaults`` holding every fault found. Source: design decision 1.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise SchemeFaults([Finding(path.name, 1, "文件不是 UTF-8 编码", "另存为 UTF-8 编码后重试")]) from None
    except OSError as error:
        raise SchemeFaults([Finding(path.name, 1, f"文件无法读取（{error.strerror}）", "检查路径与权限")]) from None
    return read_text(text, path.name)


def read_text(text, file):
    """Check a scheme from its text, as ``read`` does from a file.

    ``file`` only names it in the findings.
    """
    if len(text) > LONGEST_TEXT:
        raise SchemeFaults(
            [Finding(file, 1, f"文件超过 {LONGEST_TEXT // 1000} 千字", "方案文件不应这么大，检查是否选错了文件")]
        )
    try:
        if line := _too_deep(text):
            raise SchemeFaults([Finding(file, line, f"嵌套超过 {DEEPEST} 层", "检查该处是否多写了括号或缩进")])
        root, document = _parsed(text, file)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise SchemeFaults(
            [
                Finding(
                    file,
                    mark.line + 1 if mark else 1,
                    f"YAML 语法错误（{getattr(error, 'problem', error)}）",
                    "检查该行的缩进、冒号和引号；同一项目不要写两次",
                )
            ]
        ) from None
    if not isinstance(document, dict):
        raise SchemeFaults([Finding(file, 1, "文件内容不是一份方案", "参照已有方案文件，从 identity: 开始编写")])
    document = _with_parts(document, file, root)
    try:
        scheme = Scheme.model_validate(document)
    except ValidationError as errors:
        findings = [_finding(file, root, error) for error in errors.errors()]
        raise SchemeFaults(findings + _faults_of_the_rest(document, errors.errors(), file, root)) from None
    faults = [Finding(file, _line(root, where), fault, remedy) for where, fault, remedy in crosscheck.faults(scheme)]
    if faults:
        raise SchemeFaults(faults)
    return scheme, document


def _too_deep(text):
    """Return the first line at which more than ``DEEPEST`` lists and groups are open, or None. Raises ``YAMLError``."""
    depth = 0
    for event in yaml.parse(text, Loader=_OnceLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            return event.start_mark.line + 1
    return None


def _parsed(text, file):
    """Return the root node of a YAML text and the document that it holds. Raises ``YAMLError`` and ``SchemeFaults``."""
    loader = _OnceLoader(text)
    try:
        root = loader.get_single_node()
        if root is None:
            return None, None
        if _size(root, {}) > LARGEST:
            raise SchemeFaults([Finding(file, 1, "引用展开后内容过多", "减少以 * 引用的段落，不要循环引用")])
        return root, loader.construct_document(root)
    finally:
        loader.dispose()


def _faults_of_the_rest(document, errors, file, root):
    """Return further faults of the well-formed parts, except those that follow from what was left out."""
    pruned = Pruned(document, errors)
    if pruned.scheme is None:
        return []
    return [
        Finding(file, _line(root, pruned.place(where)), fault, remedy)
        for where, fault, remedy in crosscheck.faults(pruned.scheme)
        if not pruned.explains(fault)
    ]


def _size(node, seen):
    """Count the values of a node with every reference written out. A circle counts as too many."""
    if id(node) not in seen:
        seen[id(node)] = LARGEST + 1
        parts = node.value if isinstance(node, yaml.CollectionNode) else []
        pairs = [part for pair in parts for part in (pair if isinstance(pair, tuple) else (pair,))]
        seen[id(node)] = 1 + sum(_size(part, seen) for part in pairs)
    return seen[id(node)]


def _with_parts(document, file, root):
    """Return the document with the papers of the collections it includes. Its own papers come first."""
    document = dict(document)
    names = document.pop("include", [])
    known = sorted(path.stem for path in PARTS.glob("*.yaml"))
    if not isinstance(names, list) or not {str(name) for name in names} <= set(known):
        line = _line(root, ("include",))
        raise SchemeFaults(
            [Finding(file, line, "include 所列的公用表格集不存在", f"写成列表，可用：{'、'.join(known)}")]
        )
    own = document.get("papers")
    for name in reversed(names):
        shared = yaml.load((PARTS / f"{name}.yaml").read_text(encoding="utf-8"), Loader=_OnceLoader)  # noqa: S506
        if isinstance(own, dict):
            document["papers"] = own = {**shared["papers"], **own}
    return document


def _finding(file, root, error):
    where = error["loc"]
    name = next((part for part in reversed(where) if isinstance(part, str)), "方案")
    fault, remedy = _PLAIN.get(error["type"], ("“{name}”有误（{message}）", "参照已有方案文件改写"))
    context = {
        "name": name,
        "value": _short(error.get("input")),
        "expected": "",
        "message": error["msg"],
        "max_length": "",
        "min_length": "",
        "ge": "",
        "le": "",
        **error.get("ctx", {}),
    }
    if error["type"] == "extra_forbidden" and (near := difflib.get_close_matches(str(name), _known_keys(), 1, 0.75)):
        remedy = f"是否应写作“{near[0]}”？不需要则删去该项"
    if error["type"] == "value_error":
        context["message"] = str(error["ctx"]["error"])
    context["expected"] = str(context["expected"]).replace(" or ", "、").replace(", ", "、").replace("'", "")
    return Finding(file, _line(root, where), fault.format(**context), remedy.format(**context))


def _known_keys():
    """Return every key that some part of a scheme file may have."""
    parts = {kind for module in (language, layout) for kind in vars(module).values() if isinstance(kind, type)}
    return {name for part in parts if hasattr(part, "model_fields") for name in part.model_fields}


def _short(value):
    text = str(value)
    return text if len(text) <= 40 else text[:40] + "…"


def _line(root, where):
    """Return the line of the deepest part of ``where`` that the file really holds."""
    node = root
    line = node.start_mark.line
    for part in where:
        if isinstance(node, yaml.MappingNode):
            entry = next(((key, value) for key, value in node.value if key.value == str(part)), None)
            if entry is None:
                break
            line, node = entry[0].start_mark.line, entry[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line
        else:
            break
    return line + 1
