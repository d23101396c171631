"""Text to vectors: what an embedder is, and one file for each."""
