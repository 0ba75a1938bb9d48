"""The service: configuration, command line, daemon, schedule, control."""

import os

# onnxruntime 1.29 and later sends telemetry from Linux: a file under the cache folder and a host
# looked up. Only the environment, set before its first import, keeps it from doing so; child
# processes inherit it. `disable_telemetry_events()` comes too late.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

# Two BLAS threads that wait for each other on a busy machine burn many times the processor time of
# one, and a service that is not to be noticed has no use for a second.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
