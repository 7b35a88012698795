"""Pages about what is on record, and pieces that pages of both apps share (paging, errors, resending).

Never here: a rule.
"""
