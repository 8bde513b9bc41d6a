"""Is the data whole? Standard library only. Import from the modules, this file imports nothing."""
