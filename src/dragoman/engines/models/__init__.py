"""Weights on disk: what can be served, where it comes from, and how it is brought to the type that is served."""
