"""Submitting a tip and keeping its receipt."""
