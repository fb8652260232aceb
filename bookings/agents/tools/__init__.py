"""What assistants may call."""
