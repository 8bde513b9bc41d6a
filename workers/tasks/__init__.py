"""Celery tasks: load, compute, save, publish."""
