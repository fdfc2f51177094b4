"""From a prompt file and a request to what the model is told."""
