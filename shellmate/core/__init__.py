"""What every room needs: errors, exit codes, configuration, paths, the world outside."""
