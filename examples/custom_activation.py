"""An activation and an optimizer of one's own, at native speed, in one script.

Neither has a derivative or a kernel written for it: both come from the function's source.
Run it with `python custom_activation.py`.
"""

import math

import pronghorn as ph
from pronghorn.datasets import digits
from pronghorn.layers import Dense
from pronghorn.models import Sequential


@ph.register.activation("squareplus")
def squareplus(x, b=4.0):
    return 0.5 * (x + math.sqrt(x * x + b))


@ph.register.optimizer("signum", slots=["velocity"])
def signum(param, grad, velocity, lr=0.001, momentum=0.9):
    velocity = momentum * velocity + (1.0 - momentum) * grad
    return param - lr * math.copysign(1.0, velocity), velocity


def main() -> None:
    (x_train, y_train), (x_test, y_test) = digits.load_data()
    x_train, x_test = x_train.reshape(-1, 64) / 16.0, x_test.reshape(-1, 64) / 16.0

    model = Sequential(
        [
            Dense(128, input_dim=64, activation="squareplus"),
            Dense(10, activation="softmax"),
        ],
        seed=1,
    )
    model.compile(loss="sparse_categorical_crossentropy", optimizer="signum", metrics=["accuracy"])
    model.fit(x_train, y_train, batch_size=32, nb_epoch=20, verbose=2)
    loss, accuracy = model.evaluate(x_test, y_test, verbose=0)
    print(f"Test loss {loss:.4f}, accuracy {accuracy:.1%}")


if __name__ == "__main__":
    main()
