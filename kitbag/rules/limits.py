"""What a process may use that opens files of members (programme §3)."""

import resource


def limit_process(*, memory_bytes: int, cpu_seconds: int) -> None:
    """Bound this process for good: memory, time at the processor, and no file written."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
