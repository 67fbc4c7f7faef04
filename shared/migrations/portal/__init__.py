"""The portal's tables: who is signed in, and sign-ins under way."""
