"""What is published: notices (公示), standing lists (公开), results (通报), and objections to notices.

Here: the life of a notice (``drafting``, ``releasing``, ``notices``, ``periods``, ``correcting``), what it may show
(``showing``, ``names``, ``privacy``), ``objections`` and how they are handled; standing lists and results
(``lists``, ``publishing``) and rankings of units (``rankings``); where all of them hang (``places``), their files
(``attaching``, ``contents``), what was public when (``recording``), what that means for the people named
(``impacts``), and reminders (``reminding``). The public door: what comes in by it (``door``, ``pictures``), who
sends it (``captcha``, ``rate_limits``, ``receipts``), the desk for ``clues``, and how much there was (``figures``).
Never here: papers about them (``workflows.compiled``), who may read or release what (``workflows.policies``).
Neighbours: a submission waits at its ``publicise`` step (``workflows.routing``) until the notice has ended.
"""
