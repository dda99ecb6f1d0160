"""Sealing: how committed entries become blocks of the published log."""
