"""Independent models in PyTorch: twenty training steps from given weights, for test/golden/models/.

Wide & deep, DeepFM and DCN-v2, each written as its paper's equations with PyTorch's own layers and autograd. It shares nothing
with the TypeScript code but the numbers it writes: initial weights, batches, the loss of each step, the weights and scores at
the end. Run from the repository root; needs `torch` and `numpy`:

    python3 reference/models.py
"""

import json
import pathlib

import numpy
import torch
from torch import nn

USERS, ITEMS, PAIRS = 8, 7, 22
EMBEDDING, HIDDEN, ROWS, STEPS = 4, (8, 5), 24, 20
WIDE = {"learningRate": 0.1, "l1": 0.05, "l2": 0.1, "initialAccumulator": 0.1}
DEEP = {"learningRate": 0.05, "initialAccumulator": 0.1}


class Ftrl(torch.optim.Optimizer):
    """FTRL-Proximal (McMahan et al. 2013), written from the paper's algorithm 1 with the two penalties."""

    def __init__(self, parameters, learning_rate, l1, l2, initial):
        super().__init__(parameters, {"lr": learning_rate, "l1": l1, "l2": l2, "initial": initial})

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for w in group["params"]:
                state = self.state[w]
                if not state:
                    state["n"] = torch.full_like(w, group["initial"])
                    state["z"] = torch.zeros_like(w)
                g, n, z = w.grad, state["n"], state["z"]
                sigma = ((n + g * g).sqrt() - n.sqrt()) / group["lr"]
                z += g - sigma * w
                n += g * g
                shrunk = (z.sign() * group["l1"] - z) / (n.sqrt() / group["lr"] + 2 * group["l2"])
                touched = g != 0
                w.copy_(torch.where(touched, torch.where(z.abs() <= group["l1"], 0.0, shrunk), w))


class Wide(nn.Module):
    """First-order weights of user, item and price, and one of each pair of user and item."""

    def __init__(self):
        super().__init__()
        self.user, self.item, self.pair = (nn.Embedding(rows, 1) for rows in (USERS, ITEMS, PAIRS))
        self.price = nn.Linear(1, 1, bias=False)
        for table in (self.user, self.item, self.pair):
            nn.init.zeros_(table.weight)
        nn.init.zeros_(self.price.weight)

    def forward(self, batch):
        linear = self.user(batch["user"]) + self.item(batch["item"]) + self.pair(batch["pair"])
        return linear + self.price(batch["price"])

    def named(self):
        return {
            "wide/user": self.user.weight,
            "wide/item": self.item.weight,
            "wide/user_x_item": self.pair.weight,
            "wide/numbers": self.price.weight.T,
        }


class Model(nn.Module):
    """The part that all three share; `interactions` is what an architecture adds."""

    def __init__(self, normalized=False):
        super().__init__()
        self.wide, self.bias = Wide(), nn.Parameter(torch.zeros(1))
        self.user, self.item = nn.Embedding(USERS, EMBEDDING), nn.Embedding(ITEMS, EMBEDDING)
        width = 2 * EMBEDDING + 1
        self.layers, self.norms = nn.ModuleList(), nn.ModuleList()
        for size in HIDDEN:
            # The mean of the batch takes a bias away again (Ioffe and Szegedy 2015, section 3.2).
            self.layers.append(nn.Linear(width, size, bias=not normalized))
            self.norms.append(nn.BatchNorm1d(size) if normalized else nn.Identity())
            width = size

    def inputs(self, batch):
        return torch.cat([self.user(batch["user"]), self.item(batch["item"]), batch["price"]], 1)

    def tower(self, x):
        for layer, norm in zip(self.layers, self.norms):
            x = torch.relu(norm(layer(x)))
        return x

    def named(self):
        named = {"bias": self.bias, "embedding/user": self.user.weight, "embedding/item": self.item.weight}
        for index, (layer, norm) in enumerate(zip(self.layers, self.norms)):
            named |= {f"deep/{index}/weights": layer.weight.T}
            if layer.bias is not None:
                named |= {f"deep/{index}/bias": layer.bias}
            if isinstance(norm, nn.BatchNorm1d):
                named |= {f"deep/{index}/norm/scale": norm.weight, f"deep/{index}/norm/shift": norm.bias}
        return self.wide.named() | named


class WideDeep(Model):
    """Cheng et al. 2016, section 3."""

    def __init__(self):
        super().__init__(normalized=True)
        self.last = nn.Linear(HIDDEN[-1], 1, bias=False)

    def forward(self, batch):
        return self.wide(batch) + self.last(self.tower(self.inputs(batch))) + self.bias

    def named(self):
        return super().named() | {"deep/logit": self.last.weight.T}


class DeepFm(Model):
    """Guo et al. 2017, equations 1 and 2: a factorization machine on the embeddings that the tower uses too."""

    def __init__(self):
        super().__init__()
        self.last = nn.Linear(HIDDEN[-1], 1, bias=False)
        self.price = nn.Parameter(torch.zeros(1, EMBEDDING))

    def forward(self, batch):
        fields = [self.user(batch["user"]), self.item(batch["item"]), batch["price"] @ self.price]
        pairs = sum((a * b).sum(1, keepdim=True) for i, a in enumerate(fields) for b in fields[i + 1 :])
        return self.wide(batch) + pairs + self.last(self.tower(self.inputs(batch))) + self.bias

    def named(self):
        return super().named() | {"deep/logit": self.last.weight.T, "field/price": self.price}


class DcnV2(Model):
    """Wang et al. 2021, equation 1, the parallel structure of figure 1."""

    def __init__(self):
        super().__init__()
        width = 2 * EMBEDDING + 1
        self.crosses = nn.ModuleList(nn.Linear(width, width) for _ in range(2))
        self.last = nn.Linear(width + HIDDEN[-1], 1, bias=False)

    def forward(self, batch):
        x0 = x = self.inputs(batch)
        for cross in self.crosses:
            x = x0 * cross(x) + x
        return self.wide(batch) + self.last(torch.cat([x, self.tower(x0)], 1)) + self.bias

    def named(self):
        named = super().named() | {"deep/logit": self.last.weight.T}
        for index, cross in enumerate(self.crosses):
            named |= {f"cross/{index}/weights": cross.weight.T, f"cross/{index}/bias": cross.bias}
        return named


def flat(named):
    return {name: [float(value) for value in tensor.detach().contiguous().view(-1)] for name, tensor in named.items()}


def make_batches(random):
    """Ids with runs and repetitions; every label depends on the pair, so that there is something to learn."""
    batches = []
    for _ in range(STEPS):
        user, item = random.integers(0, USERS, ROWS), random.integers(0, ITEMS, ROWS)
        price = random.normal(size=ROWS).astype(numpy.float32)
        label = ((user * 3 + item * 5 + (price > 0)) % 3 == 0).astype(numpy.float32)
        batches.append({"user": user, "item": item, "pair": (user * ITEMS + item) % PAIRS, "price": price, "label": label})
    return batches


def tensors(batch):
    ids = {name: torch.tensor(batch[name]) for name in ("user", "item", "pair")}
    return ids | {name: torch.tensor(batch[name]).view(-1, 1) for name in ("price", "label")}


def train(model, batches):
    wide = list(model.wide.parameters())
    deep = [weight for name, weight in model.named_parameters() if not name.startswith("wide.") and name != "bias"]
    optimizers = [
        Ftrl(wide, WIDE["learningRate"], WIDE["l1"], WIDE["l2"], WIDE["initialAccumulator"]),
        Ftrl([model.bias], WIDE["learningRate"], 0, 0, WIDE["initialAccumulator"]),
        torch.optim.Adagrad(deep, lr=DEEP["learningRate"], initial_accumulator_value=DEEP["initialAccumulator"]),
    ]
    losses = []
    for batch in map(tensors, batches):
        loss = nn.functional.binary_cross_entropy_with_logits(model(batch), batch["label"], reduction="sum")
        model.zero_grad()
        loss.backward()
        for optimizer in optimizers:
            optimizer.step()
        losses.append(float(loss.detach()))
    return losses


def golden(name, make):
    random = numpy.random.default_rng(7)
    torch.manual_seed(7)
    model = make()
    with torch.no_grad():
        for table in (model.user, model.item):
            table.weight.copy_(torch.tensor(random.normal(scale=0.3, size=table.weight.shape)))
        if hasattr(model, "price"):
            model.price.copy_(torch.tensor(random.normal(scale=0.3, size=model.price.shape)))
    batches = make_batches(random)
    initial = flat(model.named())
    losses = train(model, batches)
    model.eval()
    with torch.no_grad():
        scores = torch.sigmoid(model(tensors(batches[0])))
    lists = [{key: values.tolist() for key, values in batch.items()} for batch in batches]
    return {
        "architecture": name,
        "embedding": EMBEDDING,
        "hidden": HIDDEN,
        "wide": WIDE,
        "deep": DEEP,
        "batches": lists,
        "initial": initial,
        "losses": losses,
        "final": flat(model.named()),
        "scores": scores.view(-1).tolist(),
    }


def main():
    folder = pathlib.Path("test/golden/models")
    folder.mkdir(parents=True, exist_ok=True)
    for name, make in (("wide-deep", WideDeep), ("deepfm", DeepFm), ("dcn-v2", DcnV2)):
        (folder / f"{name}.json").write_text(json.dumps(golden(name, make)) + "\n")


if __name__ == "__main__":
    main()
