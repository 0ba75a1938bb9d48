"""What runs in a job's child process, one module per kind; the daemon imports none of them."""
