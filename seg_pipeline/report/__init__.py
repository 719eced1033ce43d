"""The situation picture of a snapshot: a static site in Finnish, Swedish and English, every number bound to a cell.

`book` reads the snapshot and gives figures their address, `judging` says what may be said of them, `pages` choose what
is shown, `pictures` draw it, `writing` and `rendering` put it into a language, `proof` refuses what is not bound, and
`site` writes the whole once. The same snapshot gives the same bytes.
"""
