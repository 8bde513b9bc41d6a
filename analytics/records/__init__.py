"""The shared vocabulary; standard library only. Import from the modules, this file imports nothing."""
