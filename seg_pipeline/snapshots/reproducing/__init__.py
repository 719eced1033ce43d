"""Make a published snapshot again from its recipe and its deliveries, and compare every byte.

A bundle carries this package as it is, to machines where nothing else of this project is: it needs the standard
library only (`rows`, a program of its own, pandas), and its modules name each other by a dot.
"""
