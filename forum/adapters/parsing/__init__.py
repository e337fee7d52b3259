"""What runs in a child process with limits: the libraries that take a citizen's file apart and write it anew."""
