"""What answers look like, as JSON Schema: one file per subject, made of the words of `vocabulary`."""
