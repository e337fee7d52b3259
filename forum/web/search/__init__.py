"""Searching tips by words."""
