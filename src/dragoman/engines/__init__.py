"""The models that write: what an engine is, the adapters that reach one, and the weights on disk."""
