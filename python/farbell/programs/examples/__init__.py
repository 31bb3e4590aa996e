"""Protocols as programs, at most 40 lines each: to run (``python -m farbell.programs.examples.chsh``), import, and change.

>>> import farbell as fb
>>> from farbell.programs.examples.leader_election import Contender
>>> names = ["n1", "n2", "n3", "n4"]
>>> results = fb.run(fb.star(4, demands=[]), programs=dict.fromkeys(names, Contender(names)), seed=1)
>>> len(set(results.records["leader"]))
1
"""
