"""The checks of `shellmate doctor`: each looks at one thing, writes nothing, and gives findings."""
