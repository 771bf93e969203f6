"""PyTorch as a good user writes it: the columns of a part share one table, gathered by one call; sparse gradients; AdaGrad."""

from obey import batches_of, features, obey, read_rows, task, wide

import numpy as np
import torch
from torch import nn

torch.set_num_threads(task["threads"])
torch.manual_seed(1)
torch.sparse.check_sparse_tensor_invariants.disable()
deep = task["model"]["deep"]
wide_settings = task["model"]["wide"]
# A penalty on whole tables at every step makes dense gradients anyway.
is_sparse = deep.get("regularization") != "everyStep"
singles = [column for column in features if column["length"] == 1]
lists = [column for column in features if column["length"] > 1]


class Rows:
    """Rows in memory, ids of each part side by side, counted through the part's one table."""

    def __init__(self, part):
        ids, numbers, labels = read_rows(part)
        self.numbers, self.labels = torch.from_numpy(numbers), torch.from_numpy(labels)
        self.wide, self.deep, self.lists = (shifted(ids, of) for of in (wide, singles, lists))


def shifted(ids, of):
    starts = np.cumsum([0] + [column["rowCount"] for column in of]).astype(np.int32)
    parts = [ids[column["name"]] + start for column, start in zip(of, starts)]
    return torch.from_numpy(np.concatenate(parts, axis=1)) if parts else torch.zeros(0, dtype=torch.int32)


def rows_of(of):
    return sum(column["rowCount"] for column in of)


class WideDeep(nn.Module):
    def __init__(self):
        super().__init__()
        width = deep["embedding"]
        self.bias = nn.Parameter(torch.zeros(1))
        self.wide = nn.EmbeddingBag(rows_of(wide), 1, mode="sum", sparse=is_sparse)
        self.singles = nn.Embedding(rows_of(singles), width, sparse=is_sparse)
        self.lists = nn.EmbeddingBag(rows_of(lists), width, mode="mean", sparse=is_sparse) if lists else None
        nn.init.zeros_(self.wide.weight)
        for table in (self.singles, self.lists):
            if table is not None:
                nn.init.normal_(table.weight, std=deep.get("embeddingDeviation", 0.01))
        layers, size = [], width * len(features) + task["numberCount"]
        for hidden in deep["hidden"]:
            layers.append(nn.Linear(size, hidden))
            if deep.get("normalization") == "batch":
                layers.append(nn.BatchNorm1d(hidden))
            layers.append(nn.ReLU())
            if deep.get("dropout", 0) > 0:
                layers.append(nn.Dropout(deep["dropout"]))
            size = hidden
        self.network = nn.Sequential(*layers, nn.Linear(size, 1))
        for layer in self.network:
            if isinstance(layer, nn.Linear):
                nn.init.xavier_uniform_(layer.weight)
                nn.init.zeros_(layer.bias)

    def tables(self):
        return [table.weight for table in (self.singles, self.lists) if table is not None]

    def forward(self, rows, at):
        inputs = [self.singles(rows.deep[at]).flatten(1)]
        if self.lists is not None:
            ids = rows.lists[at]
            inputs.append(self.lists(ids.view(-1, lists[0]["length"])).view(len(ids), -1))
        inputs.append(rows.numbers[at])
        return self.network(torch.cat(inputs, 1)).float() + self.wide(rows.wide[at]) + self.bias


def optimizer_of(settings, parameters, **how):
    # A penalty of λ/2‖w‖² on all weights is the optimizer's weight decay.
    if settings["name"] == "adam":
        return torch.optim.Adam(parameters, lr=settings["learningRate"], **how)
    # There is no FTRL; AdaGrad is what it is without its L1.
    return torch.optim.Adagrad(parameters, lr=settings["learningRate"], initial_accumulator_value=0.1, **how)


model = WideDeep()
# The fused kernels take no sparse gradients.
optimizers = [
    optimizer_of(
        wide_settings["optimizer"], [model.wide.weight], fused=not is_sparse, weight_decay=wide_settings.get("l2", 0)
    ),
    optimizer_of(deep["optimizer"], model.tables(), fused=not is_sparse, weight_decay=deep.get("embeddingL2", 0)),
    optimizer_of(deep["optimizer"], [model.bias, *model.network.parameters()], fused=True),
]
loss_of = nn.BCEWithLogitsLoss(reduction=task["lossReduction"])
autocast = torch.autocast("cpu", dtype=torch.bfloat16, enabled=task["precision"] == "bfloat16")
train, held_out = Rows("train"), Rows("held-out")


def step(at):
    with autocast:
        logits = model(train, at)
    loss = loss_of(logits, train.labels[at])
    for optimizer in optimizers:
        optimizer.zero_grad(set_to_none=True)
    loss.backward()
    for optimizer in optimizers:
        optimizer.step()


@torch.inference_mode()
def predict():
    model.eval()
    with autocast:
        made = [torch.sigmoid(model(held_out, at)) for at in batches_of(len(held_out.labels))]
    model.train()
    return torch.cat(made).numpy()


obey(step, predict)
