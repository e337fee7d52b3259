"""Attacks on what is stored, run as an adversary would."""
