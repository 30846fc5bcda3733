"""PyTorch's side: eager, its own defaults."""

import torch
from protocol import faster, serve
from torch import nn


def digits(batch: int) -> tuple[torch.Tensor, torch.Tensor]:
    torch.manual_seed(0)
    return torch.randn(batch, 784), torch.randint(0, 10, (batch,))


def small_model() -> nn.Module:
    return nn.Sequential(nn.Linear(784, 32), nn.ReLU(), nn.Linear(32, 10))


def train_step(model, optimizer, x, y, loss_of=None):
    loss_of = loss_of or nn.CrossEntropyLoss()

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


def image_step(layers, make_optimizer, shape):
    """A training step in the faster of the two memory formats."""

    def step(memory):
        model = nn.Sequential(*layers()).to(memory_format=memory)
        x = torch.randn(shape).contiguous(memory_format=memory)
        y = torch.randint(0, 10, shape[:1])
        return train_step(model, make_optimizer(model.parameters()), x, y)

    return faster([step(torch.contiguous_format), step(torch.channels_last)])


def mnist_cnn():
    def layers():
        return [
            nn.Conv2d(1, 32, 3),
            nn.ReLU(),
            nn.Conv2d(32, 32, 3),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Dropout(0.25),
            nn.Flatten(),
            nn.Linear(4608, 128),
            nn.ReLU(),
            nn.Dropout(0.5),
            nn.Linear(128, 10),
        ]

    return image_step(layers, torch.optim.Adam, (128, 1, 28, 28))


def cifar10_cnn():
    def layers():
        return [
            nn.Conv2d(3, 32, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(32, 32, 3),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Dropout(0.25),
            nn.Conv2d(32, 64, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(64, 64, 3),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Dropout(0.25),
            nn.Flatten(),
            nn.Linear(2304, 512),
            nn.ReLU(),
            nn.Dropout(0.5),
            nn.Linear(512, 10),
        ]

    return image_step(layers, torch.optim.RMSprop, (32, 3, 32, 32))


class LastStep(nn.Module):
    def forward(self, x):
        return x[0][:, -1]


class Transposed(nn.Module):
    def forward(self, x):
        return x.transpose(1, 2)


class LargestStep(nn.Module):
    def forward(self, x):
        return x.amax(2)


def lstm_model():
    lstm = nn.LSTM(128, 128, batch_first=True)
    return nn.Sequential(nn.Embedding(20000, 128), lstm, LastStep(), nn.Linear(128, 1))


def word_step(model, words, steps):
    x, y = torch.randint(0, words, (32, steps)), torch.randint(0, 2, (32, 1)).float()
    optimizer = torch.optim.Adam(model.parameters())
    return train_step(model, optimizer, x, y, nn.BCEWithLogitsLoss())


def imdb_lstm():
    return word_step(lstm_model(), 20000, 80)


def predict_lstm():
    model, x = lstm_model().eval(), torch.randint(0, 20000, (1, 80))

    def step():
        with torch.no_grad():
            return torch.sigmoid(model(x)).numpy()

    return step


def imdb_cnn():
    model = nn.Sequential(
        nn.Embedding(5000, 50),
        nn.Dropout(0.2),
        Transposed(),
        nn.Conv1d(50, 250, 3),
        nn.ReLU(),
        LargestStep(),
        nn.Linear(250, 250),
        nn.ReLU(),
        nn.Dropout(0.2),
        nn.Linear(250, 1),
    )
    return word_step(model, 5000, 400)


if __name__ == "__main__":
    serve(
        {
            "train_small": train_small,
            "train_wide": train_wide,
            "predict_one": predict_one,
            "fit_epoch": fit_epoch,
            "mnist_cnn": mnist_cnn,
            "cifar10_cnn": cifar10_cnn,
            "imdb_lstm": imdb_lstm,
            "predict_lstm": predict_lstm,
            "imdb_cnn": imdb_cnn,
        }
    )
