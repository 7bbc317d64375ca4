"""Texts on their way out: made harmless, masked, and in the forms that programs and chats take."""
