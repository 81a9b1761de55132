"""JAX on the benchmark's tasks; see ../README.md.

usage: jax_peer.py TASK STEPS [--mode jit|scan] [--seed N]
TASK is `vae`, `normal` (10^7 standard normals), `gamma` (10^7 draws of Gamma(0.5, 1) with the gradient of their sum in each
concentration; a tenth of them is made and the time multiplied by ten) or `products` (the matrix products of one VAE step).
JAX uses every processor that it may run on; compare.py sets which these are.
"""

import argparse
import math
import os
import time

os.environ.setdefault("JAX_PLATFORMS", "cpu")
import jax  # noqa: E402  (the platform must be chosen before the import)
import jax.numpy as jnp  # noqa: E402
import optax  # noqa: E402

import problem  # noqa: E402


def linear_layers(key, sizes):
    """Weights and biases, started as problem.py says."""
    layers = []
    for i, o in sizes:
        key, for_weight, for_bias = jax.random.split(key, 3)
        r = 1 / math.sqrt(i)
        weight = jax.random.uniform(for_weight, (i, o), minval=-r, maxval=r)
        layers.append((weight, jax.random.uniform(for_bias, (o,), minval=-r, maxval=r)))
    return layers


def mlp(layers, x):
    """Linear layers with a relu between each two."""
    for weight, bias in layers[:-1]:
        x = jax.nn.relu(x @ weight + bias)
    weight, bias = layers[-1]
    return x @ weight + bias


def negative_elbo(parameters, x, key):
    """Per image, in nats."""
    encoder, decoder = parameters
    loc, log_variance = jnp.split(mlp(encoder, x), 2, axis=1)
    z = loc + jnp.exp(0.5 * log_variance) * jax.random.normal(key, loc.shape)
    logits = mlp(decoder, z)
    energy = (jax.nn.softplus(logits) - x * logits).sum()
    kl = 0.5 * (jnp.square(loc) + jnp.exp(log_variance) - 1 - log_variance).sum()
    return (energy + kl) / len(x)


def vae(steps, mode, seed):
    """Seconds a step over `steps` steps, and the last step's loss."""
    data = jnp.asarray(problem.images())
    key, for_encoder, for_decoder = jax.random.split(jax.random.key(seed), 3)
    parameters = (linear_layers(for_encoder, problem.ENCODER), linear_layers(for_decoder, problem.DECODER))
    adam = optax.adam(problem.LEARNING_RATE)

    def step(state, index):
        parameters, moments, key = state
        key, for_draw = jax.random.split(key)
        x = jax.lax.dynamic_slice_in_dim(data, problem.batch_start(index), problem.BATCH)
        loss, gradient = jax.value_and_grad(negative_elbo)(parameters, x, for_draw)
        change, moments = adam.update(gradient, moments, parameters)
        return (optax.apply_updates(parameters, change), moments, key), loss

    state = (parameters, adam.init(parameters), key)
    one = jax.jit(step) if mode == "scan" else jax.jit(step, donate_argnums=0)
    for index in range(problem.WARM_UP):
        state, _ = one(state, index)
    timed = range(problem.WARM_UP, problem.WARM_UP + steps)
    if mode == "scan":
        loop = jax.jit(lambda state, indices: jax.lax.scan(step, state, indices))
        indices = jnp.arange(timed.start, timed.stop)
        jax.block_until_ready(loop(state, indices))  # compiles; the result is dropped
        start = time.perf_counter()
        _, losses = jax.block_until_ready(loop(state, indices))
        return (time.perf_counter() - start) / steps, losses[-1]
    jax.block_until_ready(state)
    start = time.perf_counter()
    for index in timed:
        state, loss = one(state, index)
    jax.block_until_ready(state)
    return (time.perf_counter() - start) / steps, loss


def normal(steps, seed):
    """Seconds to make the draws, and their mean square. JAX has no way to fill a given buffer."""
    draw = jax.jit(lambda key: jax.random.normal(key, (problem.DRAWS,)))
    keys = list(jax.random.split(jax.random.key(seed), steps + 1))
    draw(keys[0]).block_until_ready()
    start = time.perf_counter()
    for key in keys[1:]:
        x = draw(key).block_until_ready()
    seconds = (time.perf_counter() - start) / steps
    return seconds, jnp.square(x).mean()


def gamma(steps, seed):
    """Seconds for value and gradient, ten times those of a tenth of the draws, and the mean derivative in the concentration."""
    total = jax.jit(jax.value_and_grad(lambda concentration, key: jax.random.gamma(key, concentration).sum()))
    concentration = jnp.full(problem.DRAWS // 10, 0.5)
    keys = list(jax.random.split(jax.random.key(seed), steps + 1))
    jax.block_until_ready(total(concentration, keys[0]))
    start = time.perf_counter()
    for key in keys[1:]:
        _, gradient = jax.block_until_ready(total(concentration, key))
    return 10 * (time.perf_counter() - start) / steps, gradient.mean()


def products(steps):
    """Seconds for all products of one step, compiled as one function."""
    pairs = []
    for m, k, n, left, right in problem.product_shapes():
        a = jnp.ones((k, m) if left else (m, k))
        pairs.append((a, jnp.ones((n, k) if right else (k, n))))
    flips = [(left, right) for *_, left, right in problem.product_shapes()]

    def all_products(pairs):
        return [(a.T if left else a) @ (b.T if right else b) for (a, b), (left, right) in zip(pairs, flips)]

    compiled = jax.jit(all_products)
    for step in range(problem.WARM_UP + steps):
        if step == problem.WARM_UP:
            start = time.perf_counter()
        jax.block_until_ready(compiled(pairs))
    return (time.perf_counter() - start) / steps


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("task", choices=["vae", "normal", "gamma", "products"])
    parser.add_argument("steps", type=int)
    parser.add_argument("--mode", choices=["jit", "scan"], default="jit")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    more = {}
    if options.task == "vae":
        seconds, loss = vae(options.steps, options.mode, options.seed)
    elif options.task == "normal":
        seconds, loss = normal(options.steps, options.seed)
    elif options.task == "gamma":
        seconds, loss = gamma(options.steps, options.seed)
    else:
        seconds, loss = products(options.steps), 0.0
        more["gflops"] = round(problem.product_flops() / seconds / 1e9, 1)
    problem.report(f"jax-{options.mode}", jax.__version__, options.task, seconds, loss, **more)


if __name__ == "__main__":
    main()
