"""The statements, each under its name."""
