"""The acts this app adds to the audit vocabulary, and who hears of each (fields: ``registers.audit.Act``)."""

from registers.audit import Act, declare

declare(
    {
        "campaign.open": Act("开展年度活动"),
        "submission.opened": Act("待填报", told="filler", asks=True),
        "submission.begun_again": Act("发起调整"),
        "submission.submit": Act("提交", told="next", asks=True),
        "submission.withdraw": Act("撤回"),
        "submission.vote": Act("集体审核表决"),
        "submission.agree": Act("通过", told="next", asks=True),
        "submission.return": Act("退回", told="filler", urgent=True, asks=True),
        "submission.automatic": Act("自动办理", told="next", asks=True),
        "submission.copied": Act("抄送"),
        "submission.filed": Act("已备案", told="filler"),
        "submission.not_signed": Act("签字密码错误"),
        "submission.nudge": Act("催办", urgent=True, asks=True),
        "submission.handed_over": Act("转办", told="next", urgent=True, asks=True),
        "submission.reseated": Act("改由上一级办理", told="next", asks=True),
        "attachment.keep": Act("上传附件"),
        "attachment.open": Act("下载附件"),
        "notice.object": Act("提出异议", told="office"),
        "notice.handle": Act("处理异议"),
        "notice.clear": Act("公示结束"),
        "channel.choose": Act("修改消息设置"),
        "robot.add": Act("添加群机器人"),
        "robot.stop": Act("停用群机器人"),
        "robot.test": Act("测试群机器人"),
    }
)
