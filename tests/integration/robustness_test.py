"""Hostile surroundings: a full disk, a closed pipe, too little memory, signals, inputs that change or are no files.

Whatever happens, the exit code says so, one line says why, and no half-written file is left.
"""

import fcntl
import gzip
import os
import pathlib
import resource
import shutil
import signal
import struct
import subprocess
import termios
import threading
import time
import unittest

import harness
from commands_test import flows
from harness import BINARY, SANITIZED, run, run_ok

LABEL = ("--label", "label", "--normal", "normal")
PATIENCE = 60  # seconds; only a test that fails takes them


def limited(what, value):
    """A preexec_fn that bounds a resource."""
    return lambda: resource.setrlimit(what, (value, value))


def outcome(*args, stdin=b"", stdout=subprocess.PIPE, **options):
    """Runs the program with streams and limits of one's own: (exit code, standard error)."""
    done = subprocess.run([BINARY, *map(str, args)], input=stdin, stdout=stdout, stderr=subprocess.PIPE,
                          timeout=10 * PATIENCE, check=False, **options)
    return done.returncode, done.stderr.decode(errors="replace")


def wait_for(holds, what):
    end = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > end:
            raise AssertionError(f"waited in vain: {what}")
        time.sleep(0.02)


class Surroundings(harness.TestCase):
    """A table, a labelled table and a model, in a directory that nothing else may appear in."""

    def setUp(self):
        super().setUp()
        self.data = self.write("data.csv", flows(400, odd=(5, 6)))
        self.model = self.directory / "usual.nst"
        run_ok("train", self.data, "-o", self.model, *LABEL, "--detector", "iforest", "--set", "trees=20")
        self.before = self.listing()

    def listing(self):
        return sorted(str(path.relative_to(self.directory)) for path in self.directory.rglob("*"))

    def printing(self):
        """Every command that prints an answer."""
        return {
            "scan": ("scan", self.data),
            "score": ("score", self.model, self.data),
            "explain": ("explain", self.model, self.data, "--row", "6"),
            "evaluate": ("evaluate", self.model, self.data, *LABEL),
            "models show": ("models", "show", self.model),
            "models verify": ("models", "verify", self.model),
            "demo": ("demo", "--out", self.directory / "demo"),
            "help": ("--help",),
            "version": ("--version",),
        }

    def writing(self, out):
        """Every command that writes a file, with `out` as that file."""
        return {
            "train": ("train", self.data, "-o", out, *LABEL),
            "train --scores-out": ("train", self.data, "-o", self.model, *LABEL, "--scores-out", out),
            "score": ("score", self.model, self.data, "-o", out),
            "evaluate --report": ("evaluate", self.model, self.data, *LABEL, "--report", out),
        }

    def assert_failed(self, name, code, err, *words):
        """Exit code 1 and one line that has these words."""
        self.assertEqual(code, 1, f"{name}: {err}")
        errors = [line for line in err.splitlines() if line.startswith("netstray: ")]
        self.assertEqual(len(errors), 1, f"{name}: {err}")
        for word in words:
            self.assertIn(word, errors[0], name)


class FullDisk(Surroundings):
    def test_standard_output_that_takes_nothing_is_told_once(self):
        for name, args in self.printing().items():
            with open("/dev/full", "wb") as full:
                code, err = outcome(*args, stdout=full)
            self.assert_failed(name, code, err, "No space left")

    def test_a_file_that_takes_nothing_is_told(self):
        for name, args in self.writing("/dev/full").items():
            self.assert_failed(name, *outcome(*args), "/dev/full", "No space left")

    def test_a_file_over_its_limit_leaves_nothing_and_the_old_one_stays(self):
        old = self.write("old", "old")
        before = self.listing()
        for name, args in self.writing(old).items():
            code, err = outcome(*args, preexec_fn=limited(resource.RLIMIT_FSIZE, 2000))
            self.assert_failed(name, code, err, "File too large")
            self.assertEqual(self.listing(), before, name)
            self.assertEqual(old.read_text(), "old", name)

    def test_a_demo_without_room_leaves_no_half_file(self):
        code, err = outcome("demo", "--out", self.directory / "demo", preexec_fn=limited(resource.RLIMIT_FSIZE, 2000))
        self.assert_failed("demo", code, err, "File too large")
        self.assertEqual(self.listing(), sorted([*self.before, "demo"]))


class NoPlaceToWrite(Surroundings):
    def test_a_place_that_cannot_be_is_told(self):
        for place, word in ((self.data / "out", "Not a directory"), (self.directory / "no" / "out", "No such file"),
                            (self.directory, "directory"), (pathlib.Path("/proc/netstray.out"), "cannot write")):
            for name, args in self.writing(place).items():
                self.assert_failed(name, *outcome(*args), word)
                self.assertEqual(self.listing(), self.before, name)

    def test_a_folder_that_goes_meanwhile_is_told(self):
        folder = self.directory / "folder"
        folder.mkdir()
        with subprocess.Popen([BINARY, "score", self.model, "-", "-o", folder / "out"], stdin=subprocess.PIPE,
                              stderr=subprocess.PIPE) as process:
            process.stdin.write(flows(400).encode())
            process.stdin.flush()
            wait_for(lambda: list(folder.iterdir()), "the output is begun")
            shutil.rmtree(folder)
            _, err = process.communicate(timeout=PATIENCE)
        self.assert_failed("score", process.returncode, err.decode(), "No such file")
        self.assertEqual(self.listing(), self.before)

    def test_what_a_killed_run_left_behind_does_not_stop_the_next(self):
        out = self.directory / "out"
        with subprocess.Popen([BINARY, "score", self.model, "-", "-o", out], stdin=subprocess.PIPE,
                              stderr=subprocess.PIPE) as process:
            stale = self.directory / f"out.{process.pid}-0.part"
            process.stdin.write(flows(400).encode())
            process.stdin.flush()
            wait_for(stale.exists, f"the output is begun as {stale}")
            process.kill()
            process.communicate()
        self.assertEqual(self.listing(), sorted([*self.before, stale.name]))
        run_ok("score", self.model, self.data, "-o", out)

    def test_a_working_directory_that_is_gone_does_not_matter(self):
        gone = self.directory / "gone"
        gone.mkdir()
        done = subprocess.run(f"cd '{gone}' && rmdir '{gone}' && '{BINARY}' score '{self.model}' '{self.data}' -o '{self.directory}/out'",
                              shell=True, capture_output=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)


class ClosedStreams(Surroundings):
    def test_a_reader_that_goes_ends_the_program_in_silence(self):
        for name, args in self.printing().items():
            reader, writer = os.pipe()
            os.close(reader)
            try:
                code, err = outcome(*args, stdout=writer)
            finally:
                os.close(writer)
            self.assertEqual(code, 141, f"{name}: {err}")
            self.assertNotIn("netstray: ", err, name)

    def test_head_gets_its_line(self):
        big = self.write("big.csv", flows(20_000))
        done = subprocess.run(f"'{BINARY}' score '{self.model}' '{big}' --quiet | head -n 1", shell=True,
                              capture_output=True, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        self.assertTrue(done.stdout.endswith(b",score,p_value,verdict,reasons\n"), done.stdout)

    def test_closed_streams_do_not_become_files(self):
        model = self.directory / "closed.nst"
        for closed in (">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-"):
            subprocess.run(f"'{BINARY}' train '{self.data}' -o '{model}' {closed}", shell=True, capture_output=True, check=False)
            self.assertTrue(run_ok("models", "verify", model, "--json").json()["ok"], closed)
            model.unlink()
        done = subprocess.run(f"'{BINARY}' scan '{self.data}' >&-", shell=True, capture_output=True, check=False)
        self.assert_failed("scan", done.returncode, done.stderr.decode(), "Bad file descriptor")
        done = subprocess.run(f"'{BINARY}' scan - <&-", shell=True, capture_output=True, check=False)
        self.assert_failed("scan", done.returncode, done.stderr.decode(), "Bad file descriptor")


@unittest.skipIf(SANITIZED, "the sanitizers need more address space than there is memory")
class NoMemory(Surroundings):
    """The address space is cut down step by step from where all is well."""

    STEP = 4 << 20

    def assert_clear_at_every_size(self, name, args, out, start):
        told = 0
        for size in range(start, start + 60 * self.STEP, self.STEP):
            code, err = outcome(*args, preexec_fn=limited(resource.RLIMIT_AS, size))
            if code == 0:
                return told
            self.assertEqual(code, 1, f"{name} in {size} bytes: {err}")
            self.assertIn("not enough memory", err, f"{name} in {size} bytes")
            self.assertFalse(out.exists(), f"{name} in {size} bytes")
            self.assertEqual(self.listing(), self.before, name)
            told += 1
        return told

    def smallest_that_starts(self):
        for size in range(self.STEP, 1 << 30, self.STEP):
            if outcome("--version", preexec_fn=limited(resource.RLIMIT_AS, size))[0] == 0:
                return size
        raise AssertionError("the program never starts")

    def test_it_is_told_and_nothing_is_left(self):
        big = self.write("big.csv", flows(30_000))
        self.before = self.listing()
        out = self.directory / "out"
        start = self.smallest_that_starts()
        told = 0
        for threads in ("1", "4"):
            common = ("--threads", threads)
            told += self.assert_clear_at_every_size("train", ("train", big, "-o", out, *common), out, start)
            out.unlink(missing_ok=True)
            told += self.assert_clear_at_every_size("score", ("score", self.model, big, "-o", out, *common), out, start)
            out.unlink(missing_ok=True)
            told += self.assert_clear_at_every_size("scan", ("scan", big, *common), out, start)
            told += self.assert_clear_at_every_size("evaluate", ("evaluate", self.model, big, *LABEL, *common), out, start)
        self.assertGreater(told, 8, "memory was never short: this test shows nothing")

    def test_threads_that_cannot_be_had_are_done_without(self):
        start = self.smallest_that_starts() + 40 * self.STEP
        code, err = outcome("scan", self.data, "--threads", "1000", preexec_fn=limited(resource.RLIMIT_AS, start))
        self.assertEqual(code, 0, err)


class Interrupted(Surroundings):
    def interrupted(self, *args, number=signal.SIGINT, rows=3000):
        """Starts a command on standard input, and signals when it has taken the rows: (exit code, standard error)."""
        with subprocess.Popen([BINARY, *map(str, args)], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE) as process:
            process.stdin.write(flows(rows, odd=(5, 6)).encode())  # more than a pipe holds
            process.stdin.flush()
            time.sleep(0.1)
            process.send_signal(number)
            try:
                process.wait(2)
            except subprocess.TimeoutExpired:  # the signal came just before it went to sleep: wake it
                process.stdin.write(b"\n")
            _, err = process.communicate(timeout=PATIENCE)
        return process.returncode, err.decode()

    def test_every_command_ends_with_130_and_leaves_nothing(self):
        out = self.directory / "out"
        commands = (("train", "-", "-o", out), ("scan", "-"), ("score", self.model, "-", "-o", out), ("explain", self.model, "-"),
                    ("evaluate", self.model, "-", *LABEL, "--report", out))
        for args in commands:
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                code, err = self.interrupted(*args, number=number)
                self.assertEqual(code, 130, f"{args[0]}: {err}")
                self.assertIn("netstray: interrupted\n", err)
                self.assertEqual(self.listing(), self.before)

    def test_learning_ends_too(self):
        out = self.directory / "out"
        with subprocess.Popen([BINARY, "train", self.data, "-o", out, "--detector", "iforest", "--set", "trees=10000", "--set", "sample=1000000",
                               "--calibration", "0", "--threshold", "contamination:auto"], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
            time.sleep(0.2)
            process.send_signal(signal.SIGTERM)
            _, err = process.communicate(timeout=PATIENCE)
        self.assertEqual(process.returncode, 130, err)
        self.assertEqual(self.listing(), self.before)

    def test_waiting_for_a_named_pipe_ends_too(self):
        pipe = self.directory / "pipe"
        os.mkfifo(pipe)
        with subprocess.Popen([BINARY, "scan", pipe], stderr=subprocess.PIPE) as process:
            time.sleep(0.5)
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=PATIENCE)
        self.assertEqual(process.returncode, 130, err)

    def test_nohup_is_respected(self):
        with subprocess.Popen([BINARY, "score", self.model, "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN)) as process:
            process.stdin.write(flows(3000).encode())
            process.stdin.flush()
            process.send_signal(signal.SIGHUP)
            out, err = process.communicate(timeout=PATIENCE)
        self.assertEqual(process.returncode, 0, err)
        self.assertEqual(len(out.splitlines()), 3001)


class StrangeInput(Surroundings):
    def scoring(self, path):
        """`score` of a file, stopped in its midst because nobody reads what it writes."""
        process = subprocess.Popen([BINARY, "score", self.model, path, "--quiet"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(process.kill)

        def waiting():
            answer = fcntl.ioctl(process.stdout, termios.FIONREAD, struct.pack("i", 0))
            return process.poll() is not None or struct.unpack("i", answer)[0] >= 65536
        wait_for(waiting, "the pipe is full")
        return process

    def large(self):
        text = flows(4000)
        header = text.index("\n") + 1
        return self.write("large.csv", text[:header] + 60 * text[header:])

    def test_a_file_cut_while_being_read_is_told(self):
        path = self.large()
        process = self.scoring(path)
        os.truncate(path, 0)
        _, err = process.communicate(timeout=PATIENCE)
        self.assert_failed("score", process.returncode, err.decode(), "large.csv", "cut while being read")

    def test_a_file_removed_while_being_read_is_read_to_its_end(self):
        path = self.large()
        process = self.scoring(path)
        path.unlink()
        out, err = process.communicate(timeout=PATIENCE)
        self.assertEqual(process.returncode, 0, err)
        self.assertEqual(len(out.splitlines()), 60 * 4000 + 1)

    def test_a_named_pipe_is_read_as_a_file(self):
        pipe = self.directory / "pipe"
        os.mkfifo(pipe)
        text = self.data.read_bytes()
        for args in (("scan", pipe), ("score", self.model, pipe), ("evaluate", self.model, pipe, *LABEL), ("explain", self.model, pipe)):
            writer = threading.Thread(target=pipe.write_bytes, args=(text,))
            writer.start()
            answer = run_ok(*args)
            writer.join()
            expected = run_ok(*(self.data if word == pipe else word for word in args))
            self.assertEqual(answer.out.replace(str(pipe), ""), expected.out.replace(str(self.data), ""), args[0])

    def test_what_is_no_table_and_no_model_is_told(self):
        loop = self.directory / "loop"
        loop.symlink_to(loop)
        for path, word in ((self.directory, "directory"), ("/dev/null", "empty"), ("/dev/zero", "does not look like text"),
                           ("/proc/self/mem", "cannot read"), (loop, "symbolic links"), (self.directory / "absent", "No such file")):
            for name, args in (("scan", ("scan", path)), ("train", ("train", path, "-o", self.directory / "out")),
                               ("score", ("score", self.model, path)), ("explain", ("explain", self.model, path)),
                               ("evaluate", ("evaluate", self.model, path, *LABEL))):
                self.assert_failed(f"{name} {path}", *outcome(*args), word)
            for args in (("score", path, self.data), ("models", "show", path), ("explain", path, self.data)):
                self.assert_failed(f"{args[0]} {path}", *outcome(*args), str(path))
        self.assertEqual(self.listing(), sorted([*self.before, "loop"]))

    def test_a_compressed_bomb_of_one_line_stops_at_16_mib(self):
        for name, start in (("line", b"x"), ("quote", b'"x')):
            member = gzip.compress(b"x" * (1 << 26), 1)
            bomb = self.write(f"{name}.gz", gzip.compress(b"a,b\n1,2\n" + start) + 16 * member)
            usage = subprocess.run([BINARY, "scan", bomb], stderr=subprocess.PIPE, check=False,
                                   preexec_fn=None if SANITIZED else limited(resource.RLIMIT_AS, 1 << 30))
            self.assert_failed(name, usage.returncode, usage.stderr.decode(), "16 MiB")


if __name__ == "__main__":
    harness.main()
