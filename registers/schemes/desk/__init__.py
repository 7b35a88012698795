"""The scheme desk: drafts of schemes, and aids for whoever writes one.

Here: drafts (``drafts``), differences between two versions (``differences``), what is still another institution's
(``borrowed``), pictures of routes (``pictures``), sample papers (``samples``). Never here: the checks
(``registers.schemes.checking``).
"""
