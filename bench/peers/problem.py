"""The work that every engine is timed on: one made-up data set, one network, one line of output."""

import json

import numpy as np

PIXELS = 784
LATENTS = 32
BATCH = 128
IMAGES = 6400
LEARNING_RATE = 1e-3
# Steps that are run but not timed: compilation, first touches of memory, thread pools.
WARM_UP = 5

# (inputs, outputs) of the linear layers; a relu follows each but the last of its half. The third layer yields
# the posterior's mean and log-variance, 32 columns each. Weights and biases start uniform on +-1/sqrt(inputs).
ENCODER = [(PIXELS, 512), (512, 512), (512, 2 * LATENTS)]
DECODER = [(LATENTS, 512), (512, 512), (512, PIXELS)]

# Draws of the `normal` task.
DRAWS = 10_000_000


def images():
    """Binary images `[6400, 784]`, f32: ten striped patterns, 5 % of the pixels flipped by a multiplicative hash.

    Image i shows pattern k = i mod 10: pixel j is on where (37 k + 13 j (k + 1)) mod 97 < 30. It is flipped where
    the upper 16 of the low 32 bits of (7919 i + 104729 j) 2654435761 are divisible by 20.
    """
    i = np.arange(IMAGES, dtype=np.uint64)[:, None]
    j = np.arange(PIXELS, dtype=np.uint64)[None, :]
    k = i % 10
    pattern = (37 * k + 13 * j * (k + 1)) % 97 < 30
    hashed = ((7919 * i + 104729 * j) * 2654435761 % 2**32) >> 16
    return (pattern ^ (hashed % 20 == 0)).astype(np.float32)


def product_shapes():
    """Every matrix product of one training step as `(rows, inner, columns, left_transposed, right_transposed)`.

    For a layer y = x W with x `[128, i]`, W `[i, o]`: the product itself, x^T dy for the weights, dy W^T for the
    layer below (which the first layer does not need).
    """
    shapes = []
    for layer, (i, o) in enumerate(ENCODER + DECODER):
        shapes.append((BATCH, i, o, False, False))
        shapes.append((i, BATCH, o, True, False))
        if layer > 0:
            shapes.append((BATCH, o, i, False, True))
    return shapes


def product_flops():
    """Floating-point operations of the products of one step: a multiplication and an addition each."""
    return sum(2 * m * k * n for m, k, n, _, _ in product_shapes())


def batch_start(step):
    """First image of the batch of `step`: the data in order, again and again."""
    return step * BATCH % IMAGES


def report(engine, version, task, seconds, loss, **more):
    """Prints one line of the protocol: microseconds a step, and the number by which the work is checked."""
    line = {"engine": engine, "version": version, "task": task, "us_per_step": round(seconds * 1e6, 3)}
    line["loss"] = round(float(loss), 5)
    print(json.dumps(line | more), flush=True)
