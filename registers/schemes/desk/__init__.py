"""The scheme desk: drafts of schemes, and aids for whoever writes one.

Here: drafts (``drafts``), differences between two versions (``differences``), pictures of routes (``pictures``), sample papers
(``samples``). Never here: the checks (``registers.schemes.checking``).
"""
