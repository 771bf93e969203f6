"""Writes test/golden/optimizers.json: twenty steps of each optimizer, straight from the papers' formulas, in float64 NumPy.

    python3 -m pip install numpy && python3 reference/optimizers.py > test/golden/optimizers.json
"""
import json

import numpy as np

rng = np.random.default_rng(7)
GRADIENTS = rng.normal(size=(20, 5)).round(4)


def adagrad(g, state, learningRate=0.1, initialAccumulator=0.1, epsilon=1e-7):
    n = state.setdefault("n", np.full_like(g, initialAccumulator))
    n += g * g
    return state["w"] - learningRate * g / np.sqrt(n + epsilon)


def adam(g, state, learningRate=0.01, beta1=0.9, beta2=0.99, epsilon=1e-8):
    t = state["t"] = state.get("t", 0) + 1
    m = state["m"] = beta1 * state.get("m", 0) + (1 - beta1) * g
    v = state["v"] = beta2 * state.get("v", 0) + (1 - beta2) * g * g
    return state["w"] - learningRate * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + epsilon)


def ftrl(g, state, learningRate=0.1, initialAccumulator=0.1, l1=0.5, l2=0.25, beta=0.3):
    # McMahan et al. 2013, algorithm 1, with TensorFlow's factor 2 on l2.
    n = state.setdefault("n", np.full_like(g, initialAccumulator))
    z = state.setdefault("z", np.zeros_like(g))
    sigma = (np.sqrt(n + g * g) - np.sqrt(n)) / learningRate
    z += g - sigma * state["w"]
    n += g * g
    w = -(z - np.sign(z) * l1) / ((beta + np.sqrt(n)) / learningRate + 2 * l2)
    return np.where(np.abs(z) <= l1, 0.0, w)


def proximalAdagrad(g, state, learningRate=0.1, initialAccumulator=0.1, l1=0.2, l2=0.25):
    # Duchi et al. 2011, section 5, as TensorFlow's ProximalAdagradOptimizer.
    n = state.setdefault("n", np.full_like(g, initialAccumulator))
    n += g * g
    rate = learningRate / np.sqrt(n)
    moved = state["w"] - rate * g
    return np.sign(moved) * np.maximum(np.abs(moved) - rate * l1, 0) / (1 + rate * l2)


def sgd(g, state, learningRate=0.1, momentum=0.9):
    state["m"] = momentum * state.get("m", 0) - learningRate * g
    return state["w"] + state["m"]


golden = {}
for optimizer in (adagrad, adam, ftrl, proximalAdagrad, sgd):
    hyperparameters = dict(zip(optimizer.__code__.co_varnames[2:], optimizer.__defaults__))
    state, weights = {"w": np.zeros(5)}, []
    for gradient in GRADIENTS:
        state["w"] = optimizer(gradient.copy(), state)
        weights.append(state["w"].tolist())
    golden[optimizer.__name__] = {"hyperparameters": hyperparameters, "gradients": GRADIENTS.tolist(), "weights": weights}
print(json.dumps(golden))
