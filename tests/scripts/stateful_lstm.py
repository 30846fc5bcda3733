"""A damped wave by LSTMs that keep their states from batch to batch."""

import numpy as np

np.random.seed(1337)

from keras.layers import LSTM, Dense
from keras.models import Sequential

tsteps = 1
batch_size = 20
epochs = 12
lahead = 1


def wave(amp=1.0, period=60.0, x0=0, xn=400, step=1, k=0.002):
    t = np.arange(x0, xn, step)
    return (amp * np.cos(2 * np.pi * t / period) * np.exp(-k * t))[:, None, None]


cos = wave()
expected_output = np.zeros((len(cos), 1))
for i in range(len(cos) - lahead):
    expected_output[i, 0] = np.mean(cos[i + 1 : i + lahead + 1])

model = Sequential()
model.add(LSTM(16, batch_input_shape=(batch_size, tsteps, 1), return_sequences=True, stateful=True))
model.add(LSTM(16, return_sequences=False, stateful=True))
model.add(Dense(1))
model.compile(loss="mse", optimizer="rmsprop")
losses = []
for i in range(epochs):
    history = model.fit(
        cos, expected_output, batch_size=batch_size, verbose=0, nb_epoch=1, shuffle=False
    )
    losses += history.history["loss"]
    model.reset_states()
predicted_output = model.predict(cos, batch_size=batch_size)
print("Error:", np.mean((predicted_output - expected_output) ** 2), "at first", losses[0])
print("Test accuracy:", 1 - losses[-1] / losses[0])
