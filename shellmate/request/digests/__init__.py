"""What an input is and what is in it, in few tokens; and how it is read."""
