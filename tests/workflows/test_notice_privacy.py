"""What keeps people out of notices: masked names."""

import pytest

from workflows.publicity.names import masked, numbered_masks

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
