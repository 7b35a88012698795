"""The scheme desk: drafts of rule books, and what helps whoever writes one.

Here: drafts (``drafts``), differences between two versions (``differences``), pictures of routes (``pictures``), sample papers
(``samples``). Never here: the checks (``registers.schemes.checking``).
"""
