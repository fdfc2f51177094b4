"""What `shellmate init` prints, and what the widgets call."""
