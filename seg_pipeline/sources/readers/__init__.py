"""Layouts in which sources deliver. Each reader returns a grid of text with its line numbers; it knows no publisher."""
