"""The engine's own process: an OpenAI-compatible server over one of two backends."""
