"""What the key store keeps: keys of personal data, who is forgotten or restricted, and secrets of its own."""
