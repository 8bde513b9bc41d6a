"""The product judged by itself: what was planted against what is found, and finds where there is nothing."""
