"""What was asked and answered, kept for later: turns, the sessions that they make up, and whose terminal it was."""
