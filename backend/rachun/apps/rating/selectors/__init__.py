"""Reads of rating."""
