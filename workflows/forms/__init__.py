"""Forms of the pages: what may be typed, and the message when it may not.

Here: forms only.
Never here: rules of the domain; a sheet's own fields and faults come from ``workflows.sheets``.
"""
