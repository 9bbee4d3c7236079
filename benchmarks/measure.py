"""Runs one side of a comparison and tells how long it took and how much memory it had at most.

Two kinds. A `Command` is a whole process, from its start to its end. A `Worker` is a process that has its input in
memory and does one job again and again: it does the job once to warm up, prints "ready", and for each line that it is
sent does it once more and prints the seconds, which it measures itself. Between its turns it is stopped: threads that
spin for a while after their work, as those of OpenMP and TensorFlow do, would take the processors from the other side.
"""

import os
import signal
import subprocess
import tempfile
import time
from typing import NamedTuple


class Sample(NamedTuple):
    """What one run cost."""

    seconds: float
    peak_mb: float


class Broken(Exception):
    """A side that cannot be run: its text says what happened."""


def last_words(log):
    log.seek(0)
    lines = [line for line in log.read().decode(errors="replace").splitlines() if line.strip()]
    return " | ".join(lines[-3:]) or "no output"


def fail(command, log):
    raise Broken(f"{' '.join(map(str, command))}: {last_words(log)}")


class Command:
    """A whole process; its output is thrown away."""

    def __init__(self, command, environment=None):
        self.command = [str(word) for word in command]
        self.environment = {**os.environ, **(environment or {})}

    def start(self):
        """Once before it counts, so that files are in the page cache."""
        self.run()

    def run(self):
        with tempfile.TemporaryFile() as log:
            before = time.perf_counter()
            process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log,
                                       env=self.environment)
            _, status, usage = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - before
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode != 0:
                fail(self.command, log)
            return Sample(seconds, usage.ru_maxrss / 1024)

    def stop(self):
        pass


class Worker:
    """A process that does one job for each line that it is sent."""

    def __init__(self, command, environment=None):
        self.command = [str(word) for word in command]
        self.environment = {**os.environ, **(environment or {})}
        self.process = self.log = None
        self.peak_mb = 0

    def start(self):
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log,
                                        text=True, env=self.environment)
        self.expect("ready")
        self.peak_mb = self.read_peak_mb()
        self.process.send_signal(signal.SIGSTOP)

    def expect(self, word=None):
        """The next line, or the next that is `word`; a library may greet on standard output before it."""
        for line in self.process.stdout:
            if word is None or line.strip() == word:
                return line.strip()
        self.process.wait()
        return fail(self.command, self.log)

    def read_peak_mb(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            fields = dict(line.split(":", 1) for line in status)
        return int(fields["VmHWM"].split()[0]) / 1024

    def run(self):
        self.process.send_signal(signal.SIGCONT)
        try:
            self.process.stdin.write("once\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            fail(self.command, self.log)
        # The memory is that of doing it once: what a second round adds is no business of the job's.
        seconds = float(self.expect())
        self.process.send_signal(signal.SIGSTOP)
        return Sample(seconds, self.peak_mb)

    def stop(self):
        if self.process is not None:
            self.process.send_signal(signal.SIGCONT)
            self.process.stdin.close()
            self.process.stdout.close()
            self.process.wait()
            self.log.close()
            self.process = None
