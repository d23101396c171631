"""`serve`: database, engine and desk, each a process of its own, started, watched, restarted, stopped in order."""
