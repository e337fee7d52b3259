"""Desks and team queues."""
