"""Entries of each kind of file, made up at random: their rows in some writing, and what is to be read of them.

Each kind has ``HEADS`` (field → words for its column), ``entries`` (lists of rows) and ``expected``, which ``read`` gives of a plan.
"""

from datetime import date

from registers.imports.people import JOINED
from registers.models import PowerItem
from tests.registers.imports.writings import NAMES, WORKBOOK, Number, day, items, number

UNITS = {"财务处": ("财务处", "CW", "计财处", "财务 处"), "招生就业处": ("招生就业处", "ZS", "招办")}
UNIT = ("所在单位", "部门", "单位名称", "DWMC", "所在部门")
DATES = (date(2019, 2, 5), date(2020, 10, 1), date(2021, 3, 1), date(2018, 12, 31))
YES_NO = {True: ("是", "√", "1", "有"), False: ("否", "×", "0", "无")}


def unit(deck, name):
    return deck.one(f"unit {name}", UNITS[name])


class People:
    HEADS = {
        "number": ("工号", "职工号", "教职工编号", "ZGH"),
        "name": ("姓名", "教职工姓名", "XM"),
        "unit": UNIT,
        "post": ("职务", "现任职务", "岗位"),
        "since": ("任职日期", "任现职时间"),
        "title": ("职称", "专业技术职务"),
        "party": ("政治面貌", "是否党员"),
    }
    NAMES = ("孙一", "孙二", "阿·乙", "\U00020bb7一", "李", "欧阳修远", "孙一")
    PARTY = {True: ("中共党员", "01-中共党员", "预备党员", "正式党员"), False: ("群众", "民盟盟员", "02 共青团员")}
    POSTS = ("科员", "出纳", "会计")

    def __init__(self, campus, deck, form):
        self.expected, self.entries = [], []
        for place in range(4):
            code, name = f"0{4001 + place}", deck.one("name", self.NAMES)
            held, since, party = (
                deck.shuffled(self.POSTS)[: 1 + place % 3],
                deck.one("date", DATES),
                deck.maybe("party"),
            )
            home = deck.one("home", UNITS)
            self.expected.append((code, name, home, held, since, {"title": "讲师", "is_party_member": party}))
            self.entries.append([{
                "number": number(deck, code, form),
                "name": deck.one("name written", NAMES if len(name) > 1 else NAMES[2:])(name).replace("·", deck.one("dot", "·•・‧")),
                "unit": unit(deck, home),
                "post": deck.one("posts", ("；", "\n", "，")).join(held),
                "since": day(deck, since, form),
                "title": "讲师",
                "party": deck.one(f"party {party}", self.PARTY[party]),
            }])  # fmt: skip

    @staticmethod
    def read(plan):
        found = [line.person for line in plan.lines if line.kind == JOINED]
        return [
            (one.number, one.name, str(one.unit), [post.name for post in one.posts], one.since[0].day, one.values)
            for one in found
        ]


class Units:
    HEADS = {
        "code": ("单位编号", "单位代码", "DWH"),
        "name": ("单位名称", "机构名称", "全称"),
        "parent": ("上级单位", "隶属单位", "PARENTID"),
        "type": ("单位类型", "部门属性"),
        "alias": ("简称", "曾用名"),
    }
    TREE = {"10": "计划财务处", "1001": "会计科", "100101": "出纳室", "1002": "审计科", "20": "文学院"}
    TYPES = {
        2: ("office", ("机关职能部处", "机关部处")),
        4: ("section", ("科室", "科")),
        6: ("section", ("教研室", "科室")),
    }

    def __init__(self, campus, deck, form):
        above = deck.one("above is", ("name", "code", "path", "codes alone"))
        if above == "codes alone":
            self.HEADS = {name: heads for name, heads in self.HEADS.items() if name != "parent"}
        self.expected, self.entries = [], []
        for code in deck.shuffled(self.TREE):
            kind, words = self.TYPES[len(code)]
            parents = [self.TREE[code[:length]] for length in range(2, len(code), 2)]
            said = {"name": parents[-1:], "code": [code[:-2]], "path": [">".join(parents)], "codes alone": [""]}[above]
            called = self.TREE[code][:2]
            self.expected.append((code, self.TREE[code], parents[-1] if parents else campus.root.name, kind, [called]))
            self.entries.append([{
                "code": Number(code) if form == WORKBOOK and deck.maybe("code a number") else code,
                "name": self.TREE[code],
                "parent": "".join(said),
                "type": deck.one(f"type {kind} {len(code)}", words),
                "alias": called,
            }])  # fmt: skip

    @staticmethod
    def read(plan):
        found = [line.record for line in plan.lines if line.kind == "new"]
        return [(one.code, one.name, one.parent.name, one.unit_type, one.aliases) for one in found]


class Posts:
    HEADS = {
        "name": ("岗位名称", "GWMC", "关键岗位"),
        "unit": UNIT,
        "holder": ("任职人", "A岗", "现任干部"),
        "backup": ("B岗", "B角"),
        "level": ("岗位等级", "岗位级别"),
        "places": ("核定职数", "职数"),
        "risk": ("是否风险岗位", "廉政风险岗位"),
        "duty": ("岗位职责", "主要职责", "职责内容"),
    }
    LEVELS = {
        "professional": ("专技七级", "ZJ12"),
        "management": ("管理岗五级", "七级职员", "GL05"),
        "worker": ("普通工",),
    }
    DUTIES = ("收款", "付款，1.5万元以上两人办理", "按2019.3号文核对", "完成领导交办的其他工作")

    def __init__(self, campus, deck, form):
        self.expected, self.entries = [], []
        for place in range(3):
            home, kind, risk = deck.one("home", UNITS), deck.one("kind", self.LEVELS), deck.maybe("risk")
            level = deck.one(f"level {kind}", self.LEVELS[kind])
            holders = deck.shuffled(["甲二", "乙一", "乙二"])[: 1 + place]
            duties = deck.shuffled(self.DUTIES)[: deck.one("duties", (2, 3, 4))]
            given = {"level": level, "kind": kind, "is_risk_post": risk, "authorised": 3, "backup": campus.clerk}
            self.expected += [(home, f"岗位{place}", name, duties, given) for name in holders]
            row = {
                "name": f"岗位{place}",
                "unit": unit(deck, home),
                "holder": deck.one("holders", ("、", "\n", "，")).join(deck.one("holder", NAMES)(name) for name in holders),
                "backup": "甲一",
                "level": level,
                "places": deck.one("places", ("3", "3人", "３ 个")),
                "risk": deck.one(f"risk {risk}", YES_NO[risk]),
                "duty": items(deck, duties),
            }  # fmt: skip
            by_row = deck.maybe("a row for each holder")
            self.entries.append(
                [{**row, "holder": holders[0]}, *({"holder": name} for name in holders[1:])] if by_row else [row]
            )

    @staticmethod
    def read(plan):
        found = [line.record for line in plan.lines if line.kind == "new"]
        return [(str(one.unit), one.name, one.holder.name, one.duties, one.values) for one in found]


class Roles:
    HEADS = {
        "number": ("工号", "人员编号"),
        "name": ("姓名", "成员姓名"),
        "unit": UNIT,
        "since": ("任职日期", "任职时间"),
    }
    WORDS = {"liaison": ("联络员", "联系人", "单位联络员"), "unit_head": ("单位负责人", "部门负责人", "主要负责人")}
    DATES = (date(2026, 9, 1), date(2026, 8, 5))

    def __init__(self, campus, deck, form):
        ticks = deck.maybe("ticks")
        columns = (
            {f"is_{role}": words for role, words in self.WORDS.items()} if ticks else {"role": ("角色", "担任角色")}
        )
        self.HEADS = self.HEADS | columns
        self.expected, self.entries = [], []
        for user in deck.shuffled([campus.clerk, campus.colleague, campus.member, campus.deputy])[:3]:
            home, since = deck.one("home", UNITS), deck.one("since", self.DATES)
            roles = deck.one("roles", (["liaison"], ["unit_head"], ["liaison", "unit_head"]))
            self.expected += [(user.name, home, role, since) for role in roles]
            named = deck.maybe("by name alone")
            row = {"number": "" if named else user.number, "name": user.name, "unit": unit(deck, home)}
            row["since"] = day(deck, since, form)
            for role in self.WORDS if ticks else ():
                row[f"is_{role}"] = deck.one(f"tick {role in roles}", YES_NO[role in roles])
            if not ticks:
                row["role"] = deck.one("roles parted", ("；", "\n")).join(
                    deck.one(role, self.WORDS[role]) for role in roles
                )
            self.entries.append([row])

    @staticmethod
    def read(plan):
        found = [line.record for line in plan.lines if line.kind == "new"]
        return [(one.user.name, str(one.unit), one.role, one.since) for one in found]


class Powers:
    HEADS = {
        "name": ("权力名称", "职权名称", "权力事项", "业务事项"),
        "unit": UNIT,
        "kind": ("权力性质", "权力类型"),
        "basis": ("行使依据", "实施依据"),
        "time_limit": ("办理时限", "法定期限"),
        "number": ("权力编码", "流程图编号", "编号"),
        "step": ("环节", "办理程序", "流程步骤"),
        "step_post": ("经办人", "环节岗位"),
    }
    BASIS = (
        "《会计法》第三条、《预算法》；院党〔2009〕8号",
        "《采购办法》（2019）第2条、第3条",
        "国发[2009]1号、《细则》",
    )
    STEPS = (("经办人", "受理申请"), ("科长", "审核材料"), ("", "公示5个工作日"), ("处长", "审批1.5万元以上的支出"))

    def __init__(self, campus, deck, form):
        self.expected, self.entries = [], []
        for place in range(3):
            home, (kind, label), basis = (
                deck.one("home", UNITS),
                deck.one("kind", PowerItem.Kind.choices),
                deck.one("basis", self.BASIS),
            )
            steps = deck.shuffled(self.STEPS)[: deck.one("steps", (2, 3, 4))]
            given = {"legal_basis": basis, "time_limit": "15个工作日", "kind": kind, "chart_number": f"JY-0{place}"}
            self.expected.append((home, f"第{place}项采购、验收", given, [(post, done, "") for post, done in steps]))
            row = {
                "name": f"第{place}项采购、验收",
                "unit": unit(deck, home),
                "kind": deck.one("kind written", ("{}", "{}权")).format(label),
                "basis": basis,
                "time_limit": "15个工作日",
                "number": f"JY-0{place}",
            }
            way = deck.one("steps written", ("rows", "arrows", "numbers", "lines"))
            texts = [f"{done}（{post}）" if post else done for post, done in steps]
            if way == "rows":
                rows = [{"step": done, "step_post": post} for post, done in steps]
                self.entries.append([row | rows[0], *rows[1:]])
            else:
                said = {"arrows": "→".join([*texts, "办结"]), "numbers": items(deck, texts), "lines": "\n".join(texts)}[
                    way
                ]
                self.entries.append([row | {"step": said, "step_post": ""}])

    @staticmethod
    def read(plan):
        return [(str(one.unit), one.name, one.values, one.steps) for one in (line.record for line in plan.lines)]


class Regulations:
    HEADS = {
        "name": ("制度名称", "文件名称", "规章制度"),
        "unit": UNIT,
        "number": ("文号", "发文号"),
        "issued_by": ("制定部门", "发文单位"),
        "since": ("施行日期", "发布日期"),
        "state": ("状态", "是否有效"),
    }
    STATES = {"in_force": ("现行有效", "有效", "是"), "to_amend": ("修订中", "需修订"), "repealed": ("废止", "失效")}

    def __init__(self, campus, deck, form):
        self.expected, self.entries = [], []
        for place in range(3):
            home, state, since = deck.one("home", UNITS), deck.one("state", self.STATES), deck.one("date", DATES)
            name, code = (
                f"采购管理办法（试行）之{place}",
                deck.one("document", ("院党〔2009〕8号", "院发[2010]3号", "（2011）5号")),
            )
            given = {"document_number": code, "issued_by": "党政办、财务处", "effective_on": since, "state": state}
            self.expected.append((home, name, given))
            self.entries.append([{
                "name": deck.one("title", ("{}", "《{}》")).format(name),
                "unit": unit(deck, home),
                "number": code,
                "issued_by": "党政办、财务处",
                "since": day(deck, since, form),
                "state": deck.one(f"state {state}", self.STATES[state]),
            }])  # fmt: skip

    @staticmethod
    def read(plan):
        return [(str(one.unit), one.name, one.values) for one in (line.record for line in plan.lines)]


class Ledgers:
    HEADS = {
        "unit": ("部门", "责任科室", "单位  名称", "所在单位"),
        "post": ("岗位", "涉及岗位"),
        "category": ("风险类别", "风险类型", "排查分类"),
        "content": ("风险点", "廉政风险点", "风险内容", "风险防控点"),
        "grade": ("风险等级", "等级", "风险级别", "自评等级"),
        "early": ("前期预防", "事前"),
        "late": ("后期处置", "事后"),
        "responsible": ("责任人", "直接责任人", "负责人"),
    }
    GRADES = {
        "grade-1": ("高", "Ⅰ级", "一级风险", "A", "★★★", "红色"),
        "grade-2": ("中", "II级", "二级", "B", "★★☆", "橙"),
        "grade-3": ("低", "Ⅲ级", "三级", "C", "★☆☆", "低风险"),
    }
    POSTS = (("财务处", "采购管理", "甲一"), ("财务处", "会计核算", "甲一"), ("招生就业处", "录取审核", "丙二"))
    CONTENTS = ("参数倾向", "一人经办，1.5万元以下不复核", "化整为零，规避招标。2019.3起未轮岗")

    def __init__(self, campus, deck, form):
        self.expected, self.entries = [], []
        for place in range(4):
            home, post, who = deck.one("post", self.POSTS)
            grade, content = deck.one("grade", self.GRADES), f"第{place}个风险：{deck.one('content', self.CONTENTS)}"
            early = [f"预防{deck.random.randint(1, 99)}次" for _ in range(deck.one("measures", (1, 2, 3)))]
            late = deck.one("late", ("约谈", "约谈；通报", "1. 约谈\n2. 通报"))
            mark = deck.one("numbered", ("{}. ", "{}、", "（{}）"))
            said = [mark.format(number) + text for number, text in enumerate(early, 1)]
            self.expected.append((home, post, content, grade, "\n".join(said), late, [who]))
            row = {
                "unit": unit(deck, home),
                "post": post,
                "category": "岗位职责",
                "content": content,
                "grade": deck.one(grade, self.GRADES[grade]),
                "late": late,
                "responsible": deck.one("responsible", ("{}", "{} ")).format(who),
            }
            by_row = deck.maybe("a row for each measure")
            rows = [{"early": text} for text in said] if by_row else [{"early": "\n".join(said)}]
            self.entries.append([row | rows[0], *rows[1:]])

    @staticmethod
    def read(plan):
        return [
            (str(one.unit), one.post.name, one.content, one.grade, one.measures["prevention"], one.measures["disposal"],
             [who.name for who in one.responsible])
            for one in (line.record for line in plan.lines)
        ]  # fmt: skip


KINDS = {
    "people": People,
    "units": Units,
    "posts": Posts,
    "roles": Roles,
    "powers": Powers,
    "regulations": Regulations,
    "ledgers": Ledgers,
}
