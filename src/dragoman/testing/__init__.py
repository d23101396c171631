"""Fakes that are real code, and contract suites for every base.py."""
