"""The parsing process: loads one parser, gives its rights up, reads one file from its input and answers on its output.

It is an interpreter of its own, not a copy of the server: neither keys nor other people's requests are in its memory.
"""

from __future__ import annotations

import importlib
import sys

from forum.adapters.parsing.confinement import confine


def main() -> None:
    """Parse what comes in; the arguments are the parser's module and its limits."""
    module, memory, cpu, wall = sys.argv[-4:]
    parser = importlib.import_module(module)
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    confine(memory_bytes=int(memory), cpu_seconds=int(cpu), wall_seconds=int(wall))
    answer = parser.clean(source.read())
    sink.write(answer.line())
    sink.write(answer.content)
    sink.flush()
