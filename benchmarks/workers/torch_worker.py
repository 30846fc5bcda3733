"""PyTorch's side: eager, its own defaults."""

import torch
from protocol import serve
from torch import nn


def digits(batch: int) -> tuple[torch.Tensor, torch.Tensor]:
    torch.manual_seed(0)
    return torch.randn(batch, 784), torch.randint(0, 10, (batch,))


def small_model() -> nn.Module:
    return nn.Sequential(nn.Linear(784, 32), nn.ReLU(), nn.Linear(32, 10))


def train_step(model, optimizer, x, y):
    loss_of = nn.CrossEntropyLoss()

    def step() -> float:
        optimizer.zero_grad()
        loss = loss_of(model(x), y)
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def train_small():
    model, (x, y) = small_model(), digits(32)
    return train_step(model, torch.optim.SGD(model.parameters(), lr=0.01), x, y)


def train_wide():
    model = nn.Sequential(
        nn.Linear(784, 512),
        nn.ReLU(),
        nn.Dropout(0.2),
        nn.Linear(512, 512),
        nn.ReLU(),
        nn.Dropout(0.2),
        nn.Linear(512, 10),
    )
    x, y = digits(128)
    return train_step(model, torch.optim.Adam(model.parameters()), x, y)


def predict_one():
    model, (x, _) = small_model().eval(), digits(1)

    def step():
        with torch.no_grad():
            return torch.softmax(model(x), 1).numpy()

    return step


def fit_epoch():
    model = small_model()
    x, y = digits(8192)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    loss_of = nn.CrossEntropyLoss()

    def epoch():
        total = 0.0
        for rows in torch.randperm(len(x)).split(32):
            optimizer.zero_grad()
            loss = loss_of(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
            total += loss.item()
        return total

    return epoch


if __name__ == "__main__":
    serve(
        {
            "train_small": train_small,
            "train_wide": train_wide,
            "predict_one": predict_one,
            "fit_epoch": fit_epoch,
        }
    )
