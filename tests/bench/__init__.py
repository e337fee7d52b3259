"""The benchmark: this forum beside a bare application, on one server and one database."""
