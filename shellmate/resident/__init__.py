"""The engine kept warm behind a unix socket, for shellmate itself and for whoever speaks OpenAI's protocol."""
