"""What the public may see, and what no published figure may tell about one person.

`rules` holds the figures, `cells` judges single counts, rates, totals and means, `table` hides cells so that
none can be computed from the rest (`residual` proves it), `fields`, `breach` and `retention` are the lists,
deadlines and periods. Every public table, chart, export and API goes through these functions.
"""
