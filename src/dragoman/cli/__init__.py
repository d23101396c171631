"""The verbs: thin, one file each; what they do is done by the rooms. Heavy imports wait until a verb runs."""

from dragoman.cli.app import main

__all__ = ["main"]
