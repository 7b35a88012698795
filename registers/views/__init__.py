"""Pages about what is on record, and pieces that pages of both apps share.

Pages: ``account`` (signing in), ``organisation``, ``posts``, ``powers``, ``risks``, ``regulations``, ``placing``,
``gravity``, ``hints``, ``ledgers``, ``papers``, ``imports``, ``audits``, ``demo`` (its clock).
Shared: ``incoming`` (what a request brings), ``sent`` (numbers in it), ``one`` (what a page is about), ``paging``, ``units``
(those to choose), ``resend`` (a form whose session has ended), ``errors`` (refusals), ``busy`` (what the database cannot serve).
Never here: a rule. Neighbours: pages of what happens to the register are ``workflows.views``.
"""
