from registers.management.taking import TakingCommand


class Command(TakingCommand):
    help = "导入人员、单位、岗位或角色任职文件：--dry-run 只列出发现的问题和变化；有须改正或须回答的，什么也不导入，退出码不为零。"
    kinds = ("people", "units", "posts", "roles")
