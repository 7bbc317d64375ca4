"""What an image build takes out of the repository, and what it starts."""
