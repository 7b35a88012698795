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


# Why a goal is not met and what comes next: by the start of the page's address, or by a word of what was judged.
WHY = (
    (
        "/campaign/people/",
        "全体任岗人员逐行读出、按相同条件合并判断；下一步：在数据库中按条件筛选和分页（概览已这样计数）",
    ),
    ("/campaign/plan/", "各单位逐行列出，任岗人员在数据库中计数；下一步：单位表分页"),
    ("/campaign/enrol/", "各单位逐行列出，任岗人员在数据库中计数；下一步：单位表分页"),
    ("/beginning/", "要核对全部单位能否办结；下一步：核对结果留存一小时，如工作台的数字"),
    (
        "/password/",
        "调用为空页的三倍，毫秒为四至六倍，语句占四成；会话与用户并为一条试过：少 132 次，空页也少，倍数反升；下一步：字段由一个标签画出",
    ),
    ("/board/", "办理人和留任的全表仍整读（400 个单位 1,200 人）；下一步：只读本页各单位的任职"),
    (
        "/progress/",
        "行已是普通值（调用减半），其余是五十个对象和各行轮到谁办；下一步：表读成普通值（五十个对象占一万二千次调用）",
    ),
    (
        "/measures/",
        "行和风险点已是普通值，语句预先生成（调用减去六成），其余是措施的对象和责任人的预取；下一步：责任人姓名由一条预先生成的语句读出",
    ),
    ("/ledger/", "五十个风险点的措施、责任人、实际等级共二十条语句；下一步：实际等级按风险点留存，夜间核对"),
    ("/comparison/", "两年的五十对版本逐字比较；下一步：差异随版本留存"),
    ("/residual/", "五十个风险点的实际等级现算；下一步：随台账一并留存"),
    ("/", "四组待办各一条语句，行的模板占一半；下一步：行改为普通值"),
    ("增长", "筛选框列出全部单位，四十个变为四百个，选项每个进程只拼一次；下一步：单位多于一百个时先选上级单位"),
    ("深页", "该页各行所属单位不同，行数和语句数与首页相同；下一步：看最贵的语句"),
    ("导出", "写表的库按行保留样式；下一步：见 docs/decisions/ledger-writer.md"),
    ("两个进程", "两个核心须都空闲；下一步：在空闲的机器上重测"),
    ("同时保存", "一次保存约十条语句，登录页一条；下一步：保存时不再重读方案"),
    (
        "compared and accepted",
        "三分之一是插入本身，其余是比较、读取和留存比较结果；下一步：留存为文本而不是 jsonb，13 MB 由 0.5 秒降到 0.1 秒（单独试过）",
    ),
    (
        "cells of",
        "格式、合并和隐藏占读取的三分之一，在空闲的机器上为 1.35 倍；下一步：格式相同的列只看一次（试过整行一次匹配，即现状）",
    ),
    ("board page", "与一页列表之比随列表变快而升高；下一步：办理人只读本页各单位的任职"),
    (
        "handing in",
        "SQLite 上语句只要 2.5 毫秒，核对、比对和成文 15 毫秒；下一步：成文用刚写入的各行，不再读回（试得 18 毫秒降到 14.5）",
    ),
    ("continuous save", "语句已预先生成，余下是草稿转为 JSON 和数据库本身；下一步：在空闲的机器上重测"),
    ("做完", "没有在时限内做完；下一步：在空闲的机器上重测，仍超时的减少份数"),
)


# Of every other page: what stands around its rows.
FRAME = "框架本身是空页的三倍（调用）、四至六倍（毫秒）；下一步：行改为普通值的部件，如权力事项（调用减到五分之一）"


def why(url, what):
    """Return why a goal is not met and what comes next, as far as it is known."""
    path = urlsplit(url).path
    said = [text for start, text in WHY if (path == start if start.startswith("/") else start in what)]
    return said[0] if said else FRAME
