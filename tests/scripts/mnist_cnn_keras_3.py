"""Digits by a convolutional network, in the vocabulary of Keras 2 and 3."""

import keras
import numpy as np
from keras import layers

np.random.seed(1337)

num_classes = 10
input_shape = (28, 28, 1)

(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
x_train = np.expand_dims(x_train.astype("float32") / 255, -1)
x_test = np.expand_dims(x_test.astype("float32") / 255, -1)
print("x_train shape:", x_train.shape)
y_train = keras.utils.to_categorical(y_train, num_classes=num_classes)
y_test = keras.utils.to_categorical(y_test, num_classes=num_classes)

model = keras.Sequential(
    [
        keras.Input(shape=input_shape),
        layers.Conv2D(8, kernel_size=(3, 3), activation="relu", data_format="channels_last"),
        layers.MaxPooling2D(pool_size=(2, 2)),
        layers.Conv2D(
            filters=8, kernel_size=3, strides=1, padding="valid", use_bias=True,
            kernel_initializer=keras.initializers.GlorotUniform(),
            kernel_regularizer=keras.regularizers.L2(1e-4),
        ),
        layers.Activation("relu"),
        layers.MaxPooling2D(pool_size=2),
        layers.Flatten(),
        layers.Dropout(rate=0.3),
        layers.Dense(units=num_classes, activation="softmax"),
    ]
)  # fmt: skip
model.summary()
model.compile(
    loss=keras.losses.CategoricalCrossentropy(),
    optimizer=keras.optimizers.Adam(learning_rate=0.005),
    metrics=["accuracy", keras.metrics.Precision(thresholds=0.4)],
)
early = keras.callbacks.EarlyStopping(monitor="val_accuracy", patience=5, restore_best_weights=True)
history = model.fit(
    x_train, y_train, batch_size=16, epochs=5, validation_split=0.1, callbacks=[early], verbose=2
)
assert len(history.history["val_accuracy"]) == len(history.epoch)
loss, accuracy, precision = model.evaluate(x_test, y_test, verbose=0)
print("Test loss:", loss, "precision:", precision)
print("Test accuracy:", accuracy)
