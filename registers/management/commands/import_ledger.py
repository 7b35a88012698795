from registers.management.taking import TakingCommand


class Command(TakingCommand):
    help = (
        "导入历史台账、权力事项或制度文件。台账和权力事项按单位生成待签的表，负责人签字后才进入登记册；"
        "--dry-run 只列出发现的问题和变化；有须改正或须回答的，什么也不导入，退出码不为零。"
    )
    kinds = ("ledgers", "powers", "regulations")
