"""Requests that nobody would send by hand."""
