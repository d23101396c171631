"""Whether two questions mean the same or are merely near: negation, opposites, figures and names tell them apart.

Vectors cannot: "enable" and "disable" lie closer together than many a paraphrase, in every model of their kind.
"""
