"""What columns are called in the files of institutions.

For each kind of file, field → the words above its column.
A word counts as a whole, never as a part of a longer head, so 责任事项依据 is not taken for 依据. The sources of the words are
the workbooks and exports of about thirty systems. ``MANY``: fields that several columns may give.
"""

from registers.imports.vocabulary import HEADS, POWER_HEADS, ROLE_WORDS

PEOPLE, UNITS, POSTS, ROLES, POWERS, REGULATIONS, LEDGERS = KINDS = (
    "people",
    "units",
    "posts",
    "roles",
    "powers",
    "regulations",
    "ledgers",
)
# In the order in which a new site imports them: what comes later names what came before.
KIND_LABELS = {
    UNITS: "单位",
    PEOPLE: "人员",
    POSTS: "岗位",
    ROLES: "角色任职",
    REGULATIONS: "制度",
    POWERS: "权力事项",
    LEDGERS: "历史台账",
}
_NUMBER = (
    "工号 职工号 职工工号 教职工号 教职工工号 教职工编号 工作证号 学工号 员工工号 员工编号 员工号 人员编号 人员编码 人事编号 教师编号"
    " 一卡通号 用户名 ZGH GH JGH uid id_number employeeId"
)
_UNIT = (
    "所在单位 所属单位 工作单位 单位 单位名称 部门 部门名称 所属部门 所在部门 院系 所在院系 科室 所在科室 处室 年级组 教研组"
    " 任职单位 单位/科室 DWMC SZDWMC unit_name"
)
_UNIT_CODE = (
    "单位编码 单位编号 单位代码 单位号 部门代码 部门编码 机构代码 机构编码 科室编码 任职单位编码"
    " DWH DWDM SZDWDM DEPT_CODE cDepCode"
)
_SINCE = "任职日期 任职时间 任现职时间 现职务始任时间 现任职务始任日期 任职始任日期 上岗时间 begin_on"
_POWER = (
    "权力名称 职权名称 事项名称 权力事项 权力事项名称 权力（业务）事项 权力事项或业务环节 权责事项名称 业务事项 业务名称"
    " 工作事项 职权 职权内容"
)
SYNONYMS = {
    PEOPLE: {
        "number": _NUMBER,
        "name": "姓名 教职工姓名 职工姓名 员工姓名 人员姓名 真实姓名 教师姓名 XM cn user_name name",
        "unit": _UNIT,
        "unit_code": _UNIT_CODE,
        "second_unit": "双肩挑单位 双肩挑单位1 双肩挑单位2 双肩挑单位3 兼职单位 兼任单位",
        "both": "是否双肩挑 双肩挑",
        "post": "现任职务 职务 职务名称 行政职务 党政职务 职位 岗位 岗位名称 ZW ZWMC",
        "since": _SINCE,
        "title": "职称 专业技术职务 专业技术资格名称 职称名称 技术职称 职称/专业技术职务 ZC ZYJSZWM",
        "rank": "职级 行政级别 职务级别 职员职级 级别 享受待遇级别 岗位等级 岗位级别 XZJB ZYJBM",
        "party": "政治面貌 党派 是否党员 中共党员 党员身份 ZZMM ZZMMM",
        "status": "人员状态 当前状态 在岗情况 在职状态 员工状态 编制状态 状态 DQZT DQZTM RYZT",
        "email": "邮箱 电子邮箱 电子信箱 E-mail email DZXX",
    },
    UNITS: {
        "code": f"{_UNIT_CODE} 编码 编号 代码 党委编号 党支部编号 党组织编号 党组织编码",
        "name": (
            "单位名称 机构名称 部门名称 科室名称 名称 全称 单位 部门 DWMC OFFICENAME DEPT_NAME cDepName"
            " 党支部名称 党总支名称 党委名称 党组织名称"
        ),
        "new_code": "新单位编码 新单位编号 新单位代码 新编码 新代码",
        "alias": "简称 单位简称 曾用名 原名称 别名 DWJP",
        "parent": (
            "上级单位 隶属单位 上级部门 主管单位 所属学院 上级单位名称 LSDWH SJDWID PARENTID 所属单位 所属分党委 所属党总支"
        ),
        "parent_code": "上级单位编码 上级单位编号 上级单位代码 上级编码 上级代码 所属单位编码 所属分党委编码 所属党总支编码",
        "closed": "撤销时间 撤销日期 失效日期 SXRQ",
        "valid": "是否有效 有效标识 是否在用 DWYXBS",
        "type": "单位类型 单位类别 机构类别 部门属性 机构性质 类型 DWLB DWLBM",
    },
    POSTS: {
        "code": "岗位编号 岗位编码 岗位代码 编号 编码",
        "name": "岗位名称 岗位 关键岗位 涉及岗位 GWMC",
        "unit": f"{_UNIT} 所属单位",
        "unit_code": _UNIT_CODE,
        "tier": "岗位层级 层级",
        "kind": "岗位类别 岗位类型 岗位性质",
        "level": "岗位等级 岗位级别 岗位职级",
        "backup": "B岗 B角 B岗人员 B角人员 AB岗B角",
        "mutual": "互为AB岗 互为AB角 互为A岗B岗 互为B岗",
        "places": "核定职数 职数 核定岗位数 核定人数",
        "risk": "是否风险岗位 廉政风险岗位 风险岗位",
        "key": "是否重点岗位 是否关键岗位 重点岗位 重要岗位",
        "domain": "风险领域 廉政风险领域 领域 所属领域",
        "holder": "现任干部 现任职干部 任职人 在岗人员 A岗 A角 责任人 姓名",
        "holder_number": f"{_NUMBER} 关联干部工号",
        "since": _SINCE,
        "duty": "岗位职责 工作职责 职责 职责内容 岗位职责内容 主要职责 分管工作",
    },
    ROLES: {
        "number": _NUMBER,
        "name": "姓名 教职工姓名 人员姓名 任职人 成员姓名",
        "unit": f"{_UNIT} 分管单位 负责单位",
        "unit_code": _UNIT_CODE,
        "role": "角色 小组职务 组内职务 席位 成员职务 担任角色 任职 系统角色",
        "domain": "分管领域 主管领域 分管业务",
        **{f"is_{role}": " ".join(words) for role, words in ROLE_WORDS.items()},
        "since": _SINCE,
        "until": "免职日期 离任时间 免职时间 止任日期 end_on",
    },
    POWERS: {
        "number": "编码 权力编码 职权编码 事项编码 流程图编号 图号 编号",
        "name": f"{_POWER.replace(' 职权内容', '')} 名称 权力内容",
        "unit": f"{_UNIT} 责任部门 责任单位",
        "person": "责任人 负责人",
        "body": " ".join(POWER_HEADS["body"]),
        "unit_code": _UNIT_CODE,
        "post": "承办岗位 责任岗位 行使岗位 岗位责任人 承办人员 经办岗位 岗位 岗位名称",
        "kind": "权力性质 权力类型 权力类别 职权类型 事项类型 类型",
        "domain": "类别 风险领域 领域",
        "basis": "行使依据 实施依据 设定依据 授权依据 法律依据 制度依据 权力依据 依据",
        "time_limit": "办理时限 法定期限 承诺时限 时限",
        "commitment": "服务承诺",
        "discipline": "工作纪律",
        "balance": "监督制约 监督制约措施",
        "complaint": "投诉举报途径和方式 投诉渠道 监督电话 投诉电话 投诉举报途径",
        "remark": "备注",
        "step": " ".join(POWER_HEADS["step"]),
        "step_post": "经办人 步骤岗位 环节岗位 涉及关键岗位 涉及对象",
        "step_time": "步骤时限 环节时限",
        "order": "步骤序号 环节序号",
    },
    REGULATIONS: {
        "name": "制度名称 文件名称 规章制度名称 规章制度 制度",
        "number": "文号 发文号 文件编号 发文字号 文件号",
        "unit": f"{_UNIT} 适用单位",
        "unit_code": _UNIT_CODE,
        "issued_by": "发文单位 制定部门 制定单位 发布单位 发文机关",
        "since": "施行日期 发布日期 发文日期 实施日期 印发日期 生效日期",
        "state": "状态 是否有效 效力 制度状态",
        "remark": "备注",
    },
    LEDGERS: {field: " ".join(words) for field, words in HEADS.items()},
}
# Heads of columns to be ticked. Cells say these words too, so they do not help to find the line of heads.
TICKED = {(LEDGERS, "grade_1"), (LEDGERS, "grade_2"), (LEDGERS, "grade_3")}
TICKED |= {(ROLES, f"is_{role}") for role in ROLE_WORDS}
MANY = {(PEOPLE, "second_unit"), (UNITS, "alias"), (LEDGERS, "leader")}
# Without these a file of the kind is none.
NEEDED = {
    PEOPLE: ("number", "name"),
    UNITS: ("code", "name"),
    POSTS: ("name",),
    ROLES: ("name",),
    POWERS: ("name",),
    REGULATIONS: ("name",),
    LEDGERS: ("content",),
}
# One of these at least, the usual one first.
ONE_OF = {ROLES: ("role", "domain", *(f"is_{role}" for role in ROLE_WORDS))}
# What a file of the kind may leave out altogether, for it is proposed then.
PROPOSED = {UNITS: "code"}
LABELS = {
    PEOPLE: {
        "number": "工号",
        "name": "姓名",
        "unit": "所在单位",
        "unit_code": "单位代码",
        "second_unit": "兼任的另一单位（双肩挑）",
        "both": "是否在另一单位兼任（双肩挑）",
        "post": "职务（设岗并任职）",
        "since": "任职日期",
        "title": "职务/职称（文字）",
        "rank": "职级",
        "party": "政治面貌",
        "status": "人员状态",
        "email": "电子邮箱",
    },
    UNITS: {
        "code": "单位代码",
        "new_code": "新的单位代码",
        "name": "单位名称",
        "alias": "别名",
        "parent": "上级单位",
        "parent_code": "上级单位代码",
        "type": "单位类型",
        "closed": "撤销日期",
        "valid": "是否有效",
    },
    POSTS: {
        "code": "岗位编号",
        "name": "岗位名称",
        "unit": "所在单位",
        "unit_code": "单位代码",
        "tier": "岗位层级",
        "kind": "岗位类别",
        "level": "岗位等级",
        "backup": "B岗人员",
        "mutual": "互为AB岗",
        "places": "核定职数",
        "risk": "是否风险岗位",
        "key": "是否重点岗位",
        "domain": "风险领域",
        "holder": "任职人姓名",
        "holder_number": "任职人工号",
        "since": "任职日期",
        "duty": "岗位职责",
    },
    ROLES: {
        "number": "工号",
        "name": "姓名",
        "unit": "任职单位",
        "unit_code": "单位代码",
        "role": "角色",
        **{f"is_{role}": f"打√的列：{words[0]}" for role, words in ROLE_WORDS.items()},
        "domain": "分管领域",
        "since": "任职日期",
        "until": "免职日期",
    },
    POWERS: {
        "number": "流程图编号",
        "name": "权力事项名称",
        "unit": "所在单位",
        "body": "行使主体",
        "person": "责任人（记入说明）",
        "unit_code": "单位代码",
        "post": "责任岗位",
        "kind": "权力性质",
        "domain": "类别（风险领域）",
        "basis": "行使依据",
        "time_limit": "办理时限",
        "commitment": "服务承诺",
        "discipline": "工作纪律",
        "balance": "监督制约",
        "complaint": "投诉举报途径和方式",
        "remark": "备注",
        "step": "步骤（环节或办理程序）",
        "step_post": "步骤的承办岗位",
        "step_time": "步骤的时限",
        "order": "步骤序号",
    },
    REGULATIONS: {
        "name": "制度名称",
        "number": "文号",
        "unit": "所属单位",
        "unit_code": "单位代码",
        "issued_by": "制定部门",
        "since": "施行日期",
        "state": "状态",
        "remark": "备注",
    },
    LEDGERS: {
        "unit": "所在单位",
        "unit_code": "单位代码",
        "post": "岗位",
        "power": "权力（业务）事项",
        "category": "风险类别",
        "content": "风险点（内容）",
        "manifestation": "表现形式",
        "grade": "风险等级",
        "grade_1": "打√的列：最重的等级",
        "grade_2": "打√的列：居中的等级",
        "grade_3": "打√的列：最轻的等级",
        "measure": "防控措施（不分阶段）",
        "early": "事前的措施",
        "middle": "事中的措施",
        "late": "事后的措施",
        "responsible": "责任人",
        "leader": "责任领导",
        "body": "责任主体",
        "due": "完成时限",
    },
}
# Heads that are known and not taken over; they help to find the line of heads.
IGNORED = (
    "序号 NO NO. 页码 备注 错误提示 导入结果 本人签字 审核人 填表日期 性别 学历 学位 岗位类别 人员类别 人员类型 教职工类别 编制类别"
    " 编制类型 参加工作时间 入党时间 办公电话 成立时间 单位网址 挂靠单位 专业技术职务级别 职称级别 所学专业 所在单位及职务"
    " 查找方式 岗位类型 是否正职 职务属性 职务类别 退休时间 来校时间"
    " 身份证号 身份证号码 手机 手机号 手机号码 联系电话 出生日期 出生年月 密码 民族 籍贯"
)
