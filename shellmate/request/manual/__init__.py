"""What the manual pages of this machine say."""
