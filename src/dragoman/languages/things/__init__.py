"""Things that a text names, the same in all 29 languages: honey, an umbrella, a scooter, Facebook.

The tables of concepts know what customer service is about; these know some three hundred things that the world is full
of, so that a question about one that no passage names is noticed. They are written by `dragoman.evaluation.things` from
the annotations of emoji in Unicode CLDR.
"""

from dragoman.languages.things.reading import THINGS, things_of

__all__ = ["THINGS", "things_of"]
