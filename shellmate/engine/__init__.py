"""llama.cpp, and the KV states it leaves behind."""
