"""Pages: fetch through ``visible_to``, ask, act, answer; and the navigation that leads to them.

Never here: a rule. One word serves for the view, its URL name and its template. Neighbours: shared pieces are in ``registers.views``.
"""
