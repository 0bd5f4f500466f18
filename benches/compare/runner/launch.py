"""launch.py SAID COMPLAINED COMMAND…: runs a command with its output in files and prints its time and memory.

A process of its own and a small one, because what the system counts as the peak of a command begins with the
memory of whoever starts it.
"""

import os
import sys
import time

said, complained, *command = sys.argv[1:]
flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
files = [(os.POSIX_SPAWN_OPEN, 1, said, flags, 0o644), (os.POSIX_SPAWN_OPEN, 2, complained, flags, 0o644)]
begun = time.monotonic()
process = os.posix_spawn(command[0], command, os.environ, file_actions=files)
_, status, usage = os.wait4(process, 0)
wall = time.monotonic() - begun
print(os.waitstatus_to_exitcode(status), wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss)
