"""How every server here listens: limits, streams, a clean stop."""
