"""The ways in: the chat page, the chat endpoints, health, errors."""
