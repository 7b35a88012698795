"""What keeps people out of notices: masked names, and the scan for numbers and addresses."""

import random
import re

import pytest
from django.conf import settings

from tests.written import values_of
from workflows.publicity.names import masked, numbered_masks
from workflows.publicity.privacy import CHECKS, WEIGHTS, leaks, of_items, passes_luhn

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("张三", "张某"),
        ("张 三", "张某"),
        ("王小明", "王某"),
        ("欧阳修", "欧阳某"),
        ("欧阳", "欧某"),  # two characters: a family name and a given one
        ("司马相如", "司马某"),
        ("范徐丽泰", "范某"),
        ("阿依古丽·买买提", "阿某某"),
        ("阿依古丽•买买提", "阿某某"),
        ("乌兰．巴特尔", "乌某某"),
        ("哈斯其其格日勒", "哈某某"),
        ("甲", "某"),
        ("", "某"),
    ],
)
def test_masked_name_keeps_the_family_name_only(name, shown):
    assert masked(name) == shown


def test_people_whose_masks_are_alike_are_numbered_masks():
    assert numbered_masks(["张三", "李四", "张五", "张三"]) == ["张某1", "李某", "张某2", "张某1"]


# --- The scan -------------------------------------------------------------------------------------------------

CHANNELS = ("0431-85910000", "lianzheng@example.edu.cn", "人民大街100号")


def identity(dice):
    """A made-up identity number with a right check sign."""
    born = f"{dice.randint(1950, 2005)}{dice.randint(1, 12):02d}{dice.randint(1, 28):02d}"
    digits = f"{dice.randint(110000, 659000)}{born}{dice.randint(0, 999):03d}"
    return digits + CHECKS[sum(int(one) * weight for one, weight in zip(digits, WEIGHTS, strict=True)) % 11]


def card(dice):
    """A made-up bank card number with a right check digit."""
    digits = f"62{dice.randint(0, 10**16 - 1):016d}"
    return next(digits + str(last) for last in range(10) if passes_luhn(digits + str(last)))


PERSONAL = {
    "身份证号": identity,
    "手机号码": lambda dice: f"1{dice.choice('3456789')}{dice.randint(0, 10**9 - 1):09d}",
    "银行卡号": card,
    "固定电话": lambda dice: (
        f"0{dice.choice(['10', '431', '475', '931'])}-{dice.randint(2, 8)}{dice.randint(0, 10**7 - 1):07d}"
    ),
    "电子邮箱": lambda dice: f"u{dice.randint(10, 99999)}@{dice.choice(['qq.com', 'x.edu.cn', 'mail.y.cn'])}",
    "住址": lambda dice: f"{dice.choice(['朝阳', '新民', '建设'])}{dice.choice('路街巷')}{dice.randint(1, 999)}号",
}
GUISES = {
    "plain": lambda text: text,
    "full width": lambda text: "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in text),
    "split": lambda text: re.sub(r"(?<=\d{4})(?=\d{3})", " ", text, count=1) if text[:7].isdigit() else text,
    "invisible": "\u200b".join,
}
AROUND = ("经办人{}可以核实", "联系{}", "表现形式：{}，已核对", "{}")


def bad_cases():
    """Sixty texts with something personal, of every kind and in every guise."""
    dice = random.Random(20260906)  # noqa: S311 (no secret)
    kinds = [(kind, guise) for kind in PERSONAL for guise in GUISES]
    for number in range(60):
        kind, guise = kinds[number % len(kinds)]
        yield kind, guise, dice.choice(AROUND).format(GUISES[guise](PERSONAL[kind](dice)))


def test_the_scan_is_tried_on_sixty_cases_and_two_hundred_notices():
    assert (len({text for _, _, text in bad_cases()}), len(set(clean_notices()))) == (60, 200)


@pytest.mark.parametrize(("kind", "guise", "text"), list(bad_cases()))
def test_what_is_personal_is_found_in_every_guise(kind, guise, text):
    assert kind in {leak.kind for leak in leaks(text, channels=CHANNELS)}, (guise, text)


def clean_notices():
    """Two hundred notices as they are written: dates, sums, document numbers, counts, posts, and the office's own channels."""
    dice = random.Random(19491001)  # noqa: S311 (no secret)
    patterns = (
        "公示时间：{year}年{month}月{day}日至{year}年{month}月28日，共5个工作日。",
        "依据校发〔{year}〕{small}号文件第{small}条，{year}-{month:02d}-{day:02d}起施行。",
        "单笔金额{sum}元以上的采购须经集体研究，{sum}元以下由部门决定。",
        "合同编号HT{year}{month:02d}{day:02d}{small:04d}，共{small}份，预算{sum}.00元。",
        "受理部门电话：0431-85910000，邮箱：lianzheng@example.edu.cn，地址：人民大街100号，{month}月{day}日起工作日8:30—17:30，编号{small}。",
        "第{small}项：会计核算岗位，业务流程，二级；工号{year}{small:04d}不公示。",
        "{year}—{next}学年招生{small}人，录取通知书编号{year}{small:05d}。",
        "{month}月{day}日生产实习经费{sum}元，学时{small}，学生{small}名。",
        "设备编号{sum}{small}，存放于实验楼{small}室；校历{year}{month:02d}{day:02d}—{year}{month:02d}28。",
        "招标项目{year}-JC-{small:03d}，控制价{sum}万元，工期{small}天。",
    )
    for number in range(200):
        year = dice.randint(2016, 2030)
        yield patterns[number % len(patterns)].format(
            year=year, next=year + 1, month=dice.randint(1, 12), day=dice.randint(1, 27),
            small=dice.randint(1, 999), sum=dice.randint(1000, 9999999),
        )  # fmt: skip


def test_clean_notices_raise_no_false_alarm():
    assert [(text, leaks(text, channels=CHANNELS)) for text in clean_notices() if leaks(text, channels=CHANNELS)] == []


def texts_in(value):
    """Every text of a document, however deep it stands."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from texts_in(inner)


@pytest.mark.parametrize("path", sorted(settings.BASE_DIR.glob("fixtures/schemes/*.yaml")), ids=lambda path: path.stem)
def test_texts_of_rule_books_and_of_the_demo_raise_no_false_alarm(path):
    """Names, definitions, examples, criteria and letters of the rule book, and the risks that the demo fills in under it."""
    rules, demo = values_of(path.read_text()), sorted(settings.BASE_DIR.glob("fixtures/demo/*.yaml"))
    channels = tuple((rules["identity"].get("contact") or {}).values())
    own = dict.fromkeys(text for text in texts_in(rules) if len(text) > 4)
    filled = [text for one in demo for text in texts_in(values_of(one.read_text())) if len(text) > 4]
    notices = ["；".join(pair) for pair in zip(own, filled * 9, strict=False)]
    assert len(notices) >= 200
    assert [(text, found) for text in notices if (found := leaks(text, channels=channels))] == []


def test_channels_of_others_are_no_excuse():
    assert [leak.kind for leak in leaks("电话：0431-85910001", channels=CHANNELS)] == ["固定电话"]
    assert [leak.excerpt for leak in leaks("13812345678")] == ["138…78"]


def test_complaints_may_name_a_telephone_and_never_an_identity_number():
    columns = [["name", "权力事项"], ["complaint_channel", "监督电话"]]
    item = {"name": "0475-8212345", "complaint_channel": "0475-8212345，11010519491231002X"}
    found = [(number, heading, leak.kind) for number, heading, leak in of_items([item], columns)]
    assert found == [(1, "权力事项", "固定电话"), (1, "监督电话", "身份证号")]
