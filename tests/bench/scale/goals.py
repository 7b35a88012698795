"""What a page may cost: times an empty signed-in page at fifty thousand points, and how it may grow."""

from urllib.parse import urlsplit

GROWTH = 1.2  # from 50,000 to 500,000 points, of every page
DEEP = 1.2  # a late page of a list, to its first
SHELL, LIST, DESK, HEAVY = 3, 6, 8, 10
FIRST_PAPER = 1.5  # of a process, to the next
PAPER, VOLUME = 0.5, 0.5  # one, and each of many, to plain WeasyPrint
TWO_PRINTERS = 1.8  # times what one prints
PAPER_KILOBYTES = 90
EXPORT_MEGABYTES = 80  # beside what the worker holds, whatever the number of rows
MORE_PAPERS_MEGABYTES = 15  # that a hundred more papers of a job hold
SAVES_OF_LOGINS = 0.3  # saves a second, to login pages, of sixteen clients each
# By path. Pages that are not named have no goal but that of growth.
TIMES = {
    "/password/": SHELL,
    "/": DESK,
    "/measures/": DESK,
    "/board/": DESK,
    "/ledger/": HEAVY,
    "/hints/": HEAVY,
    "/comparison/": HEAVY,
} | dict.fromkeys(
    (
        "/risks/", "/risks/order/", "/powers/", "/regulations/", "/units/", "/inbox/", "/done/", "/queue/", "/progress/",
        "/suggestions/", "/adjustments/", "/meetings/", "/activities/", "/readings/", "/residual/", "/duties/",
        "/avoidances/", "/education/", "/inspections/", "/findings/", "/assessments/", "/surveys/", "/warnings/",
        "/commendations/", "/rankings/", "/disclosures/", "/notices/", "/publications/",
    ),
    LIST,
)  # fmt: skip


def of(url):
    """Return how many times an empty page a page may cost, None where nothing is said."""
    return TIMES.get(urlsplit(url).path)


SHEETS = (
    "五万张表由一条语句计数（18 毫秒，五万个风险点时 3 毫秒）；覆盖索引并改写语句试过 8 毫秒，仍随张数增长；"
    "下一步：张数随办随记，如风险点的 PointCount"
)
PREVIEW = (
    "四百个单位逐一核对能否办结（25.6 万次调用，原 73 万次），填报人数已留存；下一步：核对结论一并留存，如“开始使用”"
    "（38 万次调用减到不随单位数增长）"
)
HOLDERS = "读出全校的任职和领导小组成员，两条语句由 1.3 毫秒增至 6 毫秒；不连人员试过 0.8 毫秒；下一步：姓名和次序另读，只读页上要写的"
SEARCH = "在全部名称或内容中找字（权力事项由 0.4 毫秒增至 3.2）；两字一组的 GIN 索引试过 1.2 毫秒；下一步：建此索引"
# Of pages with a list of units to choose from.
UNITS = "调用数增加不到五分之一，其余是四百个单位的编号和下拉框（单列读出由 0.33 毫秒增至 0.40）；下一步：先选上级单位"
# Why a page grows and what comes next: by its address, or by its path.
GROWN = {
    "/campaign/": SHEETS,
    "/campaign/2026/close/": SHEETS,
    "/campaign/2026/undo/": SHEETS,
    "/campaign/plan/": PREVIEW,
    "/campaign/enrol/": PREVIEW,
    "/leaders/": "六万个岗位按领域计数 11 毫秒（五万个风险点时 1.5）；（领域、撤销日期）的索引试过 5 毫秒；下一步：岗位数随办随记",
    "/mobilisation/": (
        "次序按缺项排列，须先查四百个单位（96,000 次调用，四十个时 64,600）；"
        "缺项留存试过：41 毫秒降到 24（10.4 万次调用减到 6.2 万）；下一步：留存一小时，如看板的数字"
    ),
    "/board/": (
        "审核积压要问四百个单位各由谁办（199 毫秒中的 38）；"
        "各行留存试过无用（16.8 万次调用减到 16.5 万）；下一步：办理人与数字一同留存"
    ),
    "/comparison/": "找第一个有风险点的单位 9 毫秒（四十个时 3.4），不找试过：49 毫秒降到 37；下一步：由 PointCount 找，只核对找到的一个",
    "/notices/": HOLDERS,
    "/meetings/add/": HOLDERS,
    "/queue/": HOLDERS,
    "/": HOLDERS,
    "/risks/?q=采购": SEARCH,
    "/powers/?q=采购": SEARCH,
}
# Why a goal is not met and what comes next: by the start of the page's address, or by a word of what was judged.
WHY = (
    (
        "/password/",
        "调用为空页的三倍，毫秒为四至六倍，语句占四成；会话与用户并为一条试过：少 132 次，空页也少，倍数反升；下一步：字段由一个标签画出",
    ),
    (
        "/board/",
        "行是部件，语句预先生成（办公室 126,000 次调用减到 32,500，负责人 50,400 减到 19,200），其余是审核积压（六千次）、"
        "曲线和进度（五千次）、读出留存的统计（两千次）；下一步：审核积压与各表进度一起留存，曲线画成部件",
    ),
    (
        "/progress/",
        "行已是普通值，语句预先生成（113,800 次调用减到 50,600），五十行占其中的 24,100 次；"
        "下一步：表读成普通值（五十个对象占一万二千次调用）",
    ),
    (
        "/measures/",
        "行和风险点已是普通值，语句预先生成（74,200 次调用减到 26,100），其余是措施的对象和责任人的预取（九千次）；"
        "下一步：责任人姓名由一条预先生成的语句读出，如台账",
    ),
    (
        "/ledger/",
        "行是部件，语句预先生成（161,800 次调用减到 34,800），其中近三成是实际等级的推算和措施的读取（九千八百次）；"
        "下一步：相同的推算只做一次，如等级汇总",
    ),
    (
        "/comparison/",
        "各条是部件，语句预先生成（演示数据的一页 79,200 次调用减到 12,000，列出四十一条时 26,800），"
        "其余是各版本的对象（九千六百次）；下一步：读成普通值，如台账",
    ),
    (
        "/residual/",
        "行是部件，语句预先生成（102,900 次调用减到 27,500），其中近四成是等级的推算和措施的读取（一万次）；"
        "下一步：相同的推算只做一次，如等级汇总",
    ),
    (
        "/disclosures/",
        "名册的语句和没有记录的事项逐次拼成（26,900 次调用中的一万两千次）；下一步：语句预先生成、行改为部件，如会议与教育（减到三分之一）",
    ),
    (
        "/powers/",
        "行已是部件，按单位读一页的两条语句逐次拼成（23,000 次调用中的八千六百次）；下一步：语句预先生成，如风险点",
    ),
    ("/queue/", "三分之二是各表条目的模板（137,900 次调用中的九万次）；下一步：展开时再取条目"),
    ("/", "语句已预先生成（147,700 次调用减到 66,200），其余八分之一是各表的对象；下一步：读成普通值，如批量办理"),
    (
        "深页",
        "首页各条多没有责任人和记录，后面的有（措施第 1000 页 20 条语句、六万次调用、39 毫秒，首页 17 条、五万次、33 毫秒）；"
        "下一步：责任人姓名由一条预先生成的语句读出（少九千次调用）",
    ),
    ("导出", "读取只留本批的岗位和人员（93 兆减到 25）；下一步：见 docs/decisions/ledger-writer.md"),
    ("两个进程", "两个核心须都空闲；下一步：在空闲的机器上重测（空闲时 2.18）"),
    ("同时保存", "两个核心须都空闲；下一步：在空闲的机器上重测（空闲时 0.34，SQLite 0.52）"),
    (
        "compared and accepted",
        "三分之一是插入本身，其余是比较、读取和留存比较结果；下一步：留存为文本而不是 jsonb，13 MB 由 0.5 秒降到 0.1 秒（单独试过）",
    ),
    (
        "cells of",
        "比只读数值的程序多读格式、合并和隐藏，各次在 1.35 至 1.53 之间；下一步：式样少于二十种的表整行匹配（已用），再按列匹配",
    ),
    (
        "board page",
        "与一页列表之比随列表变快而升高；行已是部件（调用减到四分之一），没有重测；下一步：审核积压留存一小时",
    ),
    (
        "handing in",
        "调用由 143,800 次减到 23,500 次，PostgreSQL 上已达到（1.69）；SQLite 的 38 条语句共 1.9 毫秒，核对、比对和成文 13 毫秒；"
        "下一步：成文用刚写入的各行，不再读回（SQLite 上试得 18 毫秒降到 14.5）",
    ),
    (
        "continuous save",
        "语句已预先生成，余下是草稿转为 JSON 和数据库本身；下一步：在空闲的机器上重测（空闲时 0.82，SQLite 0.66）",
    ),
    ("做完", "没有在时限内做完；下一步：在空闲的机器上重测，仍超时的减少份数"),
)


# Of every other page: what stands around its rows.
FRAME = (
    "框架本身是空页的三倍（调用）、四至六倍（毫秒），多数清单为三至六倍（调用），语句已预先生成；"
    "角标留存一分钟试过：整改清单 9,328 次调用减到 8,865；下一步：导航按角色画成一段文字"
)


def why(url, what):
    """Return why a goal is not met and what comes next, as far as it is known."""
    path = urlsplit(url).path
    if what == "增长":
        return GROWN.get(url) or GROWN.get(path) or UNITS
    said = [text for start, text in WHY if (path == start if start.startswith("/") else start in what)]
    return said[0] if said else FRAME
