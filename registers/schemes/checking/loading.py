"""Reading a YAML file into a checked scheme.

Every finding names file, line, fault and remedy.
"""

from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path

import yaml
from pydantic import ValidationError

from registers.refusals import Refused
from registers.schemes.checking import crosscheck, reading, vocabulary
from registers.schemes.checking.pruning import Pruned
from registers.schemes.language import Scheme

MOST = 100  # findings that are listed; whoever reads them mends the first ones first
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


def read(path):
    """Read and check one scheme file, and return ``(Scheme, plain document)``.

    Raises ``SchemeFaults`` holding every fault found.
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
    try:
        root, document = reading.values(text)
    except reading.Unreadable as found:
        raise SchemeFaults([Finding(file, found.line, found.fault, found.remedy)]) from None
    if not isinstance(document, dict):
        raise SchemeFaults([Finding(file, 1, "文件内容不是一份方案", "参照已有方案文件，从 identity: 开始编写")])
    document = _with_parts(document, file, root)
    try:
        scheme = Scheme.model_validate(document)
    except ValidationError as wrong:
        errors = wrong.errors()
        findings = [_finding(file, root, error) for error in errors[:MOST]]
        raise SchemeFaults(_first(findings, len(errors), _faults_of_the_rest(document, errors, file, root))) from None
    faults = list(islice(crosscheck.faults(scheme), 2 * MOST))
    if faults:
        findings = [Finding(file, _line(root, where), fault, remedy) for where, fault, remedy in faults]
        raise SchemeFaults(_first(findings, len(findings)))
    return scheme, document


def _first(findings, number, more=()):
    """Return the first findings and, where there are others, one that says how many. ``number``: of the first kind."""
    others = number + len(more) - MOST
    findings = [*findings, *more][:MOST]
    if others > 0:
        last = findings[-1]
        findings.append(Finding(last.file, last.line, f"另有 {others} 处问题没有列出", "改正以上各处后再检查"))
    return findings


def _faults_of_the_rest(document, errors, file, root):
    """Return further faults of the well-formed parts, except those that follow from what was left out."""
    if len(errors) > MOST:
        return []
    pruned = Pruned(document, errors)
    if pruned.scheme is None:
        return []
    return [
        Finding(file, _line(root, pruned.place(where)), fault, remedy)
        for where, fault, remedy in islice(crosscheck.faults(pruned.scheme, whole=pruned.whole), 2 * MOST)
        if not pruned.explains(fault)
    ]


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
        if isinstance(own, dict):
            document["papers"] = own = {**_shared(name), **own}
    return document


@cache
def _shared(name):
    """Return the papers of a collection, read once: it is part of the release."""
    return reading.values((PARTS / f"{name}.yaml").read_text(encoding="utf-8"))[1]["papers"]


def _finding(file, root, error):
    where = error["loc"]
    name = _short(next((part for part in reversed(where) if isinstance(part, str)), "方案"))
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
    if error["type"] == "value_error":
        context["message"] = str(error["ctx"]["error"])
    context["expected"] = str(context["expected"]).replace(" or ", "、").replace(", ", "、").replace("'", "")
    remedy = remedy.format(**context)
    if error["type"] == "extra_forbidden":
        remedy = vocabulary.instead_of(where)
    elif near := vocabulary.nearest(error.get("input"), context["expected"].split("、")):
        remedy = f"是否应写作“{near}”？可用：{context['expected']}"
    return Finding(file, _line(root, where), fault.format(**context), remedy)


def _short(value):
    text = str(value)
    return text if len(text) <= 40 else text[:40] + "…"


def _line(root, where):
    """Return the line of the deepest part of ``where`` that the file really holds.

    A paper that stands in a collection is looked for where the file includes the collection.
    """
    if where[:1] == ("papers",) and len(where) > 1 and not _holds(root, "papers", where[1]):
        where = ("include",)
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


def _holds(root, section, name):
    """Whether the file itself has ``name`` in ``section``."""
    for key, part in root.value:
        if key.value == section and isinstance(part, yaml.MappingNode):
            return any(own.value == str(name) for own, _ in part.value)
    return False
