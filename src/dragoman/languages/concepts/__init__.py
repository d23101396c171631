"""What a text speaks of, the same in all 29 languages: a parcel is a `parcel` whether it is a Paket or 包裹.

A small multilingual embedder knows roughly what a text is about; these tables know some hundred things of customer
service exactly. Passages in one language are found by the words of a question in another through them, and what a
question speaks of and no passage does is noticed.
"""

from dragoman.languages.concepts.names import names, spoken_of
from dragoman.languages.concepts.reading import concepts_of, table

__all__ = ["concepts_of", "names", "spoken_of", "table"]
