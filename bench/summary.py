"""From single timings to the table: medians, minima, ratios with bootstrap intervals, the check of the work."""

import random
import statistics

# What the number beside each timing must be, and how far it may lie from it.
#
# vae: the loss of the last of 205 steps. Eighteen runs (nine seeds, PyTorch and JAX) gave 173.2 with a standard
# deviation of 0.7 between runs; five of these are allowed. It is a check of the work (data, objective, rough step
# count), not of the numerics: after 80 steps the loss is 179.2, after 130 it is 175.4.
# normal: the mean square of 10^7 draws is 1 with standard error sqrt(2/10^7) = 4.5e-4; five of these.
# gamma: a draw's derivative in the shape is 1 in the mean, as the law's mean is its shape. Over 10^6 draws, the fewest that
# an engine makes, its standard error is 7.9e-4 (standard deviation 0.786, midpoint rule over the noise); five of these.
CHECKS = {"vae": (173.2, 3.5), "normal": (1.0, 2.3e-3), "gamma": (1.0, 4e-3)}
# The step count to which the vae check belongs: five warm-up steps come on top.
CHECKED_STEPS = 200


def median_ratio(ours, base, resamples=10_000, level=0.95, seed=0):
    """Ratio of the medians `ours`/`base`, and its bootstrap interval over rounds.

    `ours[r]` and `base[r]` come from the same round r. Rounds are drawn with replacement and keep their pairs, so that
    what slows a whole round down does not widen the interval.
    """
    draw = random.Random(seed)
    rounds = range(len(ours))
    ratios = []
    for _ in range(resamples):
        chosen = draw.choices(rounds, k=len(ours))
        ratios.append(statistics.median(ours[r] for r in chosen) / statistics.median(base[r] for r in chosen))
    ratios.sort()
    cut = int(resamples * (1 - level) / 2)
    return statistics.median(ours) / statistics.median(base), ratios[cut], ratios[-1 - cut]


def work_differs(task, steps, loss):
    """Why `loss` shows that the engine did other work than asked for, or None."""
    if task not in CHECKS or (task == "vae" and steps != CHECKED_STEPS):
        return None
    expected, tolerance = CHECKS[task]
    if abs(loss - expected) <= tolerance:  # false for NaN, as it should be
        return None
    return f"{task}: the check gave {loss:g}, expected {expected:g} +- {tolerance:g}"


def summarise(samples, base_engine):
    """One row for each (task, engine) of `samples`, in the order met; `ratio` only where the base ran the task."""
    grouped = {}
    for sample in samples:
        grouped.setdefault((sample["task"], sample["engine"]), []).append(sample)
    rows = []
    for (task, engine), group in grouped.items():
        times = [sample["us_per_step"] for sample in group]
        others = [sample["others"] for sample in group if sample["others"] is not None]
        row = {
            "task": task,
            "engine": engine,
            "version": group[-1]["version"],
            "rounds": len(times),
            "median_us": statistics.median(times),
            "min_us": min(times),
            "max_us": max(times),
            "loss": statistics.median(sample["loss"] for sample in group),
            "others": max(others) if others else None,
        }
        base = grouped.get((task, base_engine))
        if base and engine != base_engine and len(base) == len(group):
            ratio, low, high = median_ratio(times, [sample["us_per_step"] for sample in base])
            row |= {"ratio": ratio, "ratio_low": low, "ratio_high": high}
        rows.append(row)
    return rows


def table(rows, base_engine):
    """The rows as aligned text. Times in milliseconds."""
    head = ["task", "engine", "median ms", "min ms", f"ratio to {base_engine}", "95 % interval", "check", "others"]
    lines = [head]
    for row in rows:
        ratio, interval = "", ""
        if row["engine"] == base_engine:
            ratio = "1"
        elif "ratio" in row:
            ratio, interval = f"{row['ratio']:.3f}", f"{row['ratio_low']:.3f} to {row['ratio_high']:.3f}"
        lines.append([
            row["task"], row["engine"], f"{row['median_us'] / 1000:.3f}", f"{row['min_us'] / 1000:.3f}", ratio, interval,
            f"{row['loss']:.4g}", "?" if row["others"] is None else f"{row['others']:.2f}",
        ])
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines)
