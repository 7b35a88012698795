"""The changes from one version of a scheme to another, in words.

Pure: no Django, no database.
"""

from dataclasses import dataclass

SECTIONS = {
    "identity": "基本信息",
    "roles": "角色名称",
    "levels": "层面名称",
    "ranks": "职级",
    "unit_kinds": "单位类型",
    "scope": "人员范围",
    "groups": "领导小组",
    "bodies": "会议决定机构",
    "domains": "领域",
    "categories": "风险类别",
    "grades": "风险等级",
    "grading": "定级规则",
    "stages": "措施阶段",
    "natures": "风险性质",
    "finding_sources": "查找方式",
    "routes": "流程",
    "phases": "阶段",
    "tasks": "填报事项",
    "papers": "表格",
    "warning_actions": "处置方式",
    "assessment": "考核和测评",
    "ledger_title": "台账名称",
    "custody": "留存和查阅",
    "measure_label": "措施名称",
    "several_responsible": "措施可有多个责任人",
    "conduct": "办理规则",
    "activities": "会议和教育活动",
    "disclosure": "办事公开",
    "rotation": "轮岗和分权",
    "inspection": "检查和整改",
    "residual": "预期和实际等级",
    "warnings": "预警等级和规则",
    "ranking": "单位排名",
    "public_door": "公开窗口",
    "duties": "责任、回避、教育",
    "notices": "公示、公开和通报的种类",
    "vacations": "寒暑假",
}
KEYS = {
    "label": "名称",
    "title": "标题",
    "start": "开始",
    "opens": "开放",
    "due": "截止",
    "deadline": "逾期处理",
    "after": "先行事项",
    "carries": "随本表审核的个人表",
    "steps": "步骤",
    "role": "由谁办理",
    "kind": "种类",
    "within": "办理天数",
    "plan_label": "日程中的名称",
    "review_days": "每步办理天数",
    "meeting_days": "会议审定天数",
    "may_return": "可退回",
    "redo_days": "限期天数",
    "quorum": "表决人数",
    "body": "决定机构",
    "overseen_by": "可由会议退回",
    "documents": "会前材料",
    "when": "何时需要",
    "seats": "成员人数",
    "at_least": "至少到会人数",
    "majority": "通过所需人数",
    "counted": "计票基数",
    "circulates": "可以传签",
    "days": "公示天数",
    "audience": "公示范围",
    "chosen_units": "可以选定单位",
    "paper": "表格",
    "route": "流程",
    "asks": "填写内容",
    "columns": "列",
    "header": "表头",
    "footer": "签署栏",
    "definition": "定义",
    "examples": "示例",
    "criterion": "标准",
    "factors": "因素",
    "values": "档次",
    "rule": "规则",
    "cases": "判断",
    "guidance": "填报说明",
    "required": "必填",
    "institution": "单位",
    "product_word": "工作名称",
    "text": "说明",
    "width": "列宽",
    "by_hand": "留空手填",
    "attachments": "附件",
    "attachment_label": "附件名称",
    "purpose": "用途",
    "parts": "各部分",
    "modes": "公开方式",
    "asked": "须经提出",
    "matters": "公开事项",
    "channels": "公开渠道",
    "askers": "由谁提出",
    "measure_asks": "措施另填",
    "post_years": "任职年限",
    "flag": "哪些岗位",
    "alert_months": "提前提示的月数",
    "contact": "联系方式",
    "leaders": "组长最多几名",
    "work_plan": "须报工作计划",
    "person": "联系人",
    "phone": "联系电话",
    "email": "电子邮箱",
    "address": "地址",
    "heading": "标题上一行",
    "label_decided": "定级后的列名",
    "paragraphs": "正文",
    "closing": "落款",
    "leader_terms": "分管届数",
    "term_years": "每届年数",
    "heads_kept_from": "一把手不直接分管的领域",
    "separation": "不相容环节提示",
    "checks": "制约性用语",
    "roles": "角色",
    "levels": "层面",
    "grades": "等级",
    "kinds": "检查种类",
    "methods": "检查方法",
    "frequency": "检查频次",
    "unit_months": "单位自查间隔的月数",
    "office_months": "学校检查间隔的月数",
    "checklist": "检查项目",
    "points": "分值",
    "how": "检查方式",
    "team": "检查组至少几人",
    "ratio": "抽查比例",
    "fewest": "至少抽查几个单位",
    "answer_days": "答复的工作日数",
    "plan_days": "报整改方案的工作日数",
    "rectification_days": "整改天数",
    "at_once_days": "立行立改的天数",
    "look_back_months": "回头看的月数",
    "criteria": "考核项目",
    "measured": "怎样计分",
    "weights": "权重",
    "weight": "权重",
    "own": "自评",
    "leadership": "领导评分",
    "returned": "回收比例",
    "least_answers": "至少几份答卷",
    "office": "考评",
    "bands": "档次",
    "commended": "予以表扬",
    "vetoes": "一票否决",
    "cap": "最高档次",
    "survey": "满意度测评",
    "questions": "题目",
    "scale": "选项",
    "value": "分值",
    "contest_days": "核对异议的工作日数",
    "score_days": "考评、领导评分的工作日数",
    "unit_answers": "单位可以作为措施的责任主体",
    "enabled": "启用",
    "levels_down": "最多下降几级",
    "months": "核查有效的月数",
    "outside_unit": "须由单位以外核查的等级",
    "floor": "不得低于",
    "rank": "等级序号",
    "anonymous": "匿名异议",
    "school": "对外显示校内公示",
    "more_days": "延期答复的工作日数",
    "discipline": "线索受理",
    "upper": "上级渠道",
    "hours": "受理时间",
    "major_matter": "三重一大",
    "severity": "轻重次序",
    "colour": "颜色",
    "rules": "预警规则",
    "trigger": "起因",
    "times": "次数",
    "action": "方式",
    "level": "等级",
    "target": "对象",
    "talk": "以谈话进行",
    "issuer": "以谁的名义",
    "approver": "由谁批准",
    "series": "文号代字",
    "seal": "盖章",
    "forms": "可记的形态",
    "reference_only": "只登记文号、日期和存放处",
    "copy_to": "抄送",
    "quiet_days": "可以解除以前的天数",
    "visit_months": "解除几个月以后回访",
    "notice": "公示种类",
    "verb": "公示、公开还是通报",
    "counts": "按工作日还是自然日",
    "warn_vacation": "假期提示",
    "after_end": "期满以后",
    "places": "张贴、发布的地方",
    "shows": "显示的栏目",
    "end": "结束",
    "statement": "责任书",
    "avoidance": "回避",
    "relations": "回避的关系",
    "leaving_audit": "离任审计",
    "sign_days": "几日内签字",
    "decide_days": "几日内决定",
    "record_days": "离任几日内登记审计",
    "domains": "领域",
    "education": "岗位廉政教育",
    "ranks": "等级序号",
    "leaders_first": "带头查找",
    "hint": "填报时提示",
    "inferred": "原文未写明",
    "source": "依据",
}
SHOWN = 120  # characters of a value


@dataclass(frozen=True)
class Difference:
    """One change: ``where`` in words, and the value ``before`` and ``after`` (empty: there is none)."""

    where: str
    before: str
    after: str

    @property
    def kind(self):
        """The kind of change: ``added``, ``removed`` or ``changed``."""
        return "added" if not self.before else "removed" if not self.after else "changed"


def differences(before, after):
    """List what changes from the plain document ``before`` to ``after``, in the order of the rule book."""
    return list(_walk(before, after, ()))


def _walk(before, after, path):
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for key in [*after, *(key for key in before if key not in after)]:
            yield from _walk(
                before.get(key), after.get(key), (*path, _words(key, path, after.get(key) or before.get(key)))
            )
    elif isinstance(before, list) and isinstance(after, list) and (_coded(before) or _coded(after)):
        yield from _walk_coded(before, after, path)
    else:
        yield Difference(" › ".join(path), _in_words(before), _in_words(after))


def _coded(items):
    """Return whether these parts have names of their own, so that a moved part is not a changed one."""
    return bool(items) and all(isinstance(item, dict) and _name(item) for item in items)


def _name(item):
    return item.get("code") or item.get("field") or item.get("label")


def _walk_coded(before, after, path):
    then, now = ({_name(item): item for item in items} for items in (before, after))
    for name in [*now, *(name for name in then if name not in now)]:
        shown = (now.get(name) or then[name]).get("label") or name
        yield from _walk(then.get(name), now.get(name), (*path, f"“{shown}”"))
    order = [name for name in then if name in now]
    if order != [name for name in now if name in then]:
        yield Difference(
            " › ".join((*path, "先后顺序")), "、".join(order)[:SHOWN], "、".join(n for n in now if n in then)[:SHOWN]
        )


def _words(key, path, value):
    if not path:
        return SECTIONS.get(key, key)
    named = value.get("title") or value.get("label") if isinstance(value, dict) else ""
    return f"“{named}”" if named else KEYS.get(key, str(key))


def _in_words(value):
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, dict):
        text = str(
            value.get("label")
            or value.get("title")
            or "，".join(f"{KEYS.get(key, key)}：{_in_words(part)}" for key, part in value.items())
        )
    elif isinstance(value, list):
        text = "、".join(_in_words(item) for item in value) or "（空）"
    else:
        text = str(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
