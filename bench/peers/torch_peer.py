"""PyTorch on the benchmark's tasks; see ../README.md.

usage: torch_peer.py TASK STEPS [--mode eager|compile] [--threads N] [--seed N]
TASK is `vae`, `normal` (10^7 standard normals), `gamma` (10^7 draws of Gamma(0.5, 1) with the gradient of their sum in each
concentration) or `products` (the matrix products of one VAE step).
"""

import argparse
import time

import torch
from torch import nn
from torch.nn import functional

import problem


def mlp(sizes):
    """Linear layers with a relu between each two. `nn.Linear` starts as problem.py says."""
    layers = []
    for i, o in sizes:
        layers += [nn.Linear(i, o), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


class Vae(nn.Module):
    """The network of problem.py; calling it gives the negative ELBO per image, in nats."""

    def __init__(self):
        super().__init__()
        self.encoder = mlp(problem.ENCODER)
        self.decoder = mlp(problem.DECODER)

    def forward(self, x):
        loc, log_variance = self.encoder(x).chunk(2, dim=1)
        z = loc + torch.exp(0.5 * log_variance) * torch.randn_like(loc)
        energy = functional.binary_cross_entropy_with_logits(self.decoder(z), x, reduction="sum")
        kl = 0.5 * (loc.square() + log_variance.exp() - 1 - log_variance).sum()
        return (energy + kl) / len(x)


def vae(steps, mode):
    """Seconds a step over `steps` steps, and the last step's loss."""
    data = torch.from_numpy(problem.images())
    model = Vae()
    loss_of = torch.compile(model) if mode == "compile" else model
    adam = torch.optim.Adam(model.parameters(), lr=problem.LEARNING_RATE, fused=True)
    for step in range(problem.WARM_UP + steps):
        if step == problem.WARM_UP:
            start = time.perf_counter()
        first = problem.batch_start(step)
        loss = loss_of(data[first : first + problem.BATCH])
        adam.zero_grad(set_to_none=True)
        loss.backward()
        adam.step()
    return (time.perf_counter() - start) / steps, loss.item()


def normal(steps):
    """Seconds to fill a buffer that was touched before, and the draws' mean square."""
    x = torch.empty(problem.DRAWS).normal_()
    start = time.perf_counter()
    for _ in range(steps):
        x.normal_()
    seconds = (time.perf_counter() - start) / steps
    return seconds, x.double().square().mean().item()


def gamma(steps):
    """Seconds for the draws and the backward pass, and the mean derivative in the concentration, which is 1 in expectation."""
    concentration = torch.full((problem.DRAWS,), 0.5, requires_grad=True)
    law = torch.distributions.Gamma(concentration, torch.ones(()))
    for step in range(steps + 1):
        if step == 1:
            start = time.perf_counter()
        concentration.grad = None
        law.rsample().sum().backward()
    seconds = (time.perf_counter() - start) / steps
    return seconds, concentration.grad.double().mean().item()


def products(steps):
    """Seconds for all products of one step into buffers that were touched before."""
    pairs = []
    for m, k, n, left, right in problem.product_shapes():
        a = torch.rand(k, m).t() if left else torch.rand(m, k)
        b = torch.rand(n, k).t() if right else torch.rand(k, n)
        pairs.append((a, b, torch.empty(m, n)))
    for step in range(problem.WARM_UP + steps):
        if step == problem.WARM_UP:
            start = time.perf_counter()
        for a, b, out in pairs:
            torch.mm(a, b, out=out)
    return (time.perf_counter() - start) / steps


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("task", choices=["vae", "normal", "gamma", "products"])
    parser.add_argument("steps", type=int)
    parser.add_argument("--mode", choices=["eager", "compile"], default="eager")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    more = {}
    if options.task == "vae":
        seconds, loss = vae(options.steps, options.mode)
    elif options.task == "normal":
        seconds, loss = normal(options.steps)
    elif options.task == "gamma":
        seconds, loss = gamma(options.steps)
    else:
        seconds, loss = products(options.steps), 0.0
        more["gflops"] = round(problem.product_flops() / seconds / 1e9, 1)
    problem.report(f"torch-{options.mode}", torch.__version__, options.task, seconds, loss, **more)


if __name__ == "__main__":
    main()
