"""Writes the words for things (`languages/things/`) from the keywords of Unicode CLDR's annotations of emoji.

Fetch the data (`npm pack cldr-annotations-full`, licence Unicode-3.0), unpack it, then:

`.venv/bin/python -m dragoman.evaluation.things package/annotations --write`
"""
