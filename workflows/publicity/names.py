"""Masked names for notices: the family name stays, the rest becomes 某. Pure: no Django, no database.

Of a minority name the first character stays, as the courts' rule of 2016 on published judgments has it.
"""

HIDDEN = "某"
DOTS = "·•・．.‧∙"  # between the parts of minority and foreign names, as people type them
LONGEST = 4  # characters of a Chinese name: two of the family name, two given
_FAMILY_NAMES = (
    "欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊 赫连 澹台 皇甫 宗政 濮阳 公冶 "
    "太叔 申屠 公孙 慕容 仲孙 钟离 长孙 宇文 司徒 鲜于 司空 闾丘 子车 亓官 司寇 巫马 公西 颛孙 壤驷 公良 "
    "漆雕 乐正 宰父 谷梁 拓跋 夹谷 轩辕 令狐 段干 百里 呼延 东郭 南门 羊舌 微生 梁丘 左丘 东门 西门 南荣 "
    "第五 淳于 单于 叱干 达奚 "
)
COMPOUND = frozenset(_FAMILY_NAMES.split())


def masked(name):
    """Return a name as a notice may show it: 张三 → 张某, 欧阳修 → 欧阳某, 阿依古丽·买买提 → 阿某某.

    A name with a middle dot, or longer than a Chinese one, keeps its first character; what is no name keeps nothing.
    """
    name = "".join(name.split())
    if len(name) < 2:
        return HIDDEN
    if any(dot in name for dot in DOTS) or len(name) > LONGEST:
        return name[0] + 2 * HIDDEN
    if len(name) > 2 and name[:2] in COMPOUND:
        return name[:2] + HIDDEN
    return name[0] + HIDDEN


def numbered_masks(names):
    """Return the ``names`` masked, in their order.

    Where the masks of different names are alike, each has a number: 张某1, 张某2.
    """
    alike = {}
    for name in dict.fromkeys(names):
        alike.setdefault(masked(name), []).append(name)
    return [_numbered(masked(name), name, alike[masked(name)]) for name in names]


def _numbered(mask, name, alike):
    return f"{mask}{alike.index(name) + 1}" if len(alike) > 1 else mask
