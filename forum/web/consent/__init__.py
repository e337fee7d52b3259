"""Requests to open who sent a tip: what waits for one's word, and what was opened."""
