"""The world's larger cities, as they are called in the scripts of the 29 languages, and the countries they are in.

Customers ask how long a parcel takes to Leipzig, not to Germany.
"""

from dragoman.languages.cities.reading import FOLDED_AS, UNSPACED, City, cities_in

__all__ = ["FOLDED_AS", "UNSPACED", "City", "cities_in"]
