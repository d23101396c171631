"""Dragoman: a customer-service desk that answers every customer in the customer's own language."""

import os

# Before anything imports numpy: the matrices here are small, and OpenBLAS's threads, which wait by spinning, took 14 of
# the 33 milliseconds of processor time that a question needed.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

__version__ = "0.1.0"
