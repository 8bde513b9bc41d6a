"""The command line: looks at an installation, brings data in and out, scans; starts nothing."""
