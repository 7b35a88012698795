"""Warnings (预警、示警): from what a rule or a person sees to the day on which one is lifted.

Here: what the rules of a scheme propose (``proposing``), writing one (``drafting``), what is done about it from the
hand-in to the lifting (``steps``), how it reaches whom it is for and what is said in a talk (``deliveries``),
whether it lasts (``visits``), what came of it for persons and by how many (``outcomes``), what is learned from it
(``analyses``), accountability and commendation (``merits``), ``reminding``.
Never here: who may do what and who reads it (``workflows.policies.warnings``), and the letters
(``workflows.compiled.warnings``).
"""
