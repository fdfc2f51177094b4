"""What is wrong with code that parses, found out without harm."""
