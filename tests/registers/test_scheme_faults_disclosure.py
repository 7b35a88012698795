"""Faults in what a rule book says of disclosure, with the remedy for each; and that what is inferred says so."""

import pytest

from registers.schemes.checking import loading
from tests.registers.mutated import FILES

pytestmark = pytest.mark.once

TEXT = next(path for path in FILES if path.stem.startswith("imut")).read_text(encoding="utf-8")
OWN = TEXT[TEXT.index("disclosure:\n") : TEXT.index("# 轮岗和分权")]


def section(first, last):
    return OWN[OWN.index(f"  {first}:\n") : OWN.index(f"  {last}:")]


# What is changed in the section, and the words that the finding must hold: fault, remedy.
BROKEN = {
    "no parts": ((section("parts", "modes"), ""), "没有 parts（公开的内容），modes 用不上", "补上 parts"),
    "no channels": ((section("channels", "askers"), ""), "没有写公开的渠道", "在 channels 中列出渠道"),
    "nobody may ask": ((section("askers", "within"), ""), "没有写由谁提出", "在 askers 中列出"),
    "nothing is asked for": ((", asked: true", ""), "askers 用不上", "写 asked: true"),
    "part twice": (("{code: result,", "{code: decision,"), "代码“decision”重复", "只用一次"),
    "two modes of one name": (("label: 及时公开", "label: 定期公开"), "名称“定期公开”重复", "只用一次"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_contradiction_is_found_with_remedy(case):
    (before, after), fault, remedy = BROKEN[case]
    assert before in OWN
    with pytest.raises(loading.SchemeFaults) as refused:
        loading.read_text(TEXT.replace(OWN, OWN.replace(before, after, 1)), "x.yaml")
    found = [row for row in refused.value.findings if fault in row.fault and remedy in row.remedy]
    assert found, [(row.fault, row.remedy) for row in refused.value.findings]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_days_that_no_source_names_are_marked_as_inferred(path):
    said = loading.read(path)[0].disclosure
    assert said.inferred == said.kept
    assert all(one.source for one in [*said.parts, *said.modes])
