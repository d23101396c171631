"""Dragoman: a customer-service desk that answers every customer in the customer's own language."""

__version__ = "0.1.0"
