"""Tests of the comparison itself, with made-up engines: python3 -m unittest discover bench"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import quiet
import summary

HERE = pathlib.Path(__file__).resolve().parent
# An engine that prints talk, then one line of the protocol: its time and its check come from the environment.
FAKE = """
import json, os, sys
print("compiling")
print(json.dumps({"engine": "x", "task": sys.argv[1], "us_per_step": float(os.environ["US"]), "loss": float(os.environ["LOSS"])}))
"""


class Summary(unittest.TestCase):
    def test_ratio_of_equal_engines_is_one_and_the_interval_holds_it(self):
        times = [5.0, 6.0, 5.5, 7.0, 5.2, 5.9, 6.1]
        self.assertEqual(summary.median_ratio(times, times), (1.0, 1.0, 1.0))

    def test_a_slow_round_does_not_widen_a_paired_interval(self):
        base = [5.0, 5.0, 50.0, 5.0, 5.0]
        ratio, low, high = summary.median_ratio([0.9 * t for t in base], base)
        for value in (ratio, low, high):
            self.assertAlmostEqual(value, 0.9, places=12)

    def test_interval_holds_the_ratio_and_is_not_empty_when_rounds_differ(self):
        ratio, low, high = summary.median_ratio([4.0, 5.0, 6.0, 5.1, 4.7], [5.0, 5.5, 5.2, 5.9, 5.1])
        self.assertLess(low, ratio)
        self.assertLess(ratio, high)

    def test_check_accepts_the_loss_of_the_work_and_refuses_other_work(self):
        self.assertIsNone(summary.work_differs("vae", 200, 174.7))
        self.assertIsNotNone(summary.work_differs("vae", 200, 190.0))
        self.assertIsNotNone(summary.work_differs("vae", 200, float("nan")))
        self.assertIsNone(summary.work_differs("vae", 10, 300.0))
        self.assertIsNotNone(summary.work_differs("normal", 5, 0.99))


class Load(unittest.TestCase):
    @unittest.skipUnless(pathlib.Path("/proc/stat").exists(), "needs /proc/stat")
    def test_own_work_is_not_counted_as_that_of_others(self):
        cpus = sorted(os.sched_getaffinity(0))
        watch = quiet.Watch(cpus)
        subprocess.run([sys.executable, "-c", "sum(range(10**7))"], check=True)
        self.assertLessEqual(watch.others(), len(cpus))


class CommandLine(unittest.TestCase):
    def run_with(self, us, loss, *more, script=FAKE):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "engine.py"
            path.write_text(script, encoding="utf-8")
            command = [sys.executable, HERE / "compare.py", "--reparam", f"{sys.executable} {path}", "--rounds", "2"]
            command += ["--wait", "0", "--threads", "1", "--tasks", "vae", *more]
            environment = os.environ | {"US": str(us), "LOSS": str(loss)}
            return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    def test_one_engine_alone_gives_its_table_row_as_json(self):
        done = self.run_with(6000, 173.5, "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        result = json.loads(done.stdout)
        self.assertEqual(result["rows"][0]["median_us"], 6000)
        self.assertEqual(len(result["samples"]), 2)

    def test_other_work_exits_with_one(self):
        done = self.run_with(6000, 300.0)
        self.assertEqual(done.returncode, 1)
        self.assertIn("the check gave 300", done.stderr)

    def test_an_engine_that_fails_or_says_nothing_exits_with_two(self):
        self.assertEqual(self.run_with(1, 1, script="raise SystemExit(3)").returncode, 2)
        self.assertEqual(self.run_with(1, 1, script="print('{broken')").returncode, 2)
        self.assertEqual(self.run_with(1, 1, script="").returncode, 2)

    def test_wrong_options_exit_with_two(self):
        self.assertEqual(self.run_with(1, 1, "--rounds", "0").returncode, 2)
        self.assertEqual(self.run_with(1, 1, "--engines", "theano").returncode, 2)
        self.assertEqual(self.run_with(1, 1, "--at-most", "1", "--engines", "jax-jit").returncode, 2)


class Inference(unittest.TestCase):
    """infer.py, with the same made-up engine under the name that it looks for."""

    def run_with(self, us, loss, *more, script=FAKE.replace('"x"', '"reparam"')):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "engine.py"
            path.write_text(script, encoding="utf-8")
            command = [sys.executable, HERE / "infer.py", "--reparam", f"{sys.executable} {path}", "--rounds", "2"]
            command += ["--wait", "0", "--threads", "1", "--tasks", "schools", *more]
            environment = os.environ | {"US": str(us), "LOSS": str(loss)}
            return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    def test_one_engine_alone_gives_its_row(self):
        done = self.run_with(1.5, 31.5, "--json", "--at-most", "schools=4")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(done.stdout)["rows"][0]["median_us"], 1.5)

    def test_other_work_and_slow_work_exit_with_one(self):
        self.assertEqual(self.run_with(1.5, 40.0).returncode, 1)
        self.assertEqual(self.run_with(1.5, float("nan")).returncode, 1)
        self.assertEqual(self.run_with(5.0, 31.5, "--at-most", "schools=4").returncode, 1)

    def test_failures_and_wrong_options_exit_with_two(self):
        self.assertEqual(self.run_with(1, 1, script="print('{broken')").returncode, 2)
        self.assertEqual(self.run_with(1, 1, "--peers", "/nowhere").returncode, 2)
        self.assertEqual(self.run_with(1, 1, "--steps", "0").returncode, 2)
        self.assertEqual(self.run_with(1, 1, "--at-most", "schools=fast").returncode, 2)


if __name__ == "__main__":
    unittest.main()
