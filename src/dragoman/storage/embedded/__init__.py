"""The PostgreSQL that comes out of a wheel and runs in the home folder."""

from dragoman.storage.embedded.server import EmbeddedPostgres, HomeTakenError, running_url

__all__ = ["EmbeddedPostgres", "HomeTakenError", "running_url"]
