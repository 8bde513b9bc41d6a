"""Who may come in: the password of the pages, the tokens of programs."""
