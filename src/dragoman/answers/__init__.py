"""The rungs of the ladder: each answers a turn or passes it on."""
