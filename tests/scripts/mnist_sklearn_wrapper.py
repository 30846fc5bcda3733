"""Looks for a good network by scikit-learn's grid search."""

import numpy as np

np.random.seed(1337)

from keras.datasets import mnist
from keras.layers import Activation, Dense, Dropout
from keras.models import Sequential
from keras.utils import np_utils
from keras.wrappers.scikit_learn import KerasClassifier
from sklearn.model_selection import GridSearchCV

(X_train, y_train), (X_test, y_test) = mnist.load_data()
X_train = X_train.reshape(len(X_train), -1).astype("float32") / 255
X_test = X_test.reshape(len(X_test), -1).astype("float32") / 255
y_train = np_utils.to_categorical(y_train, 10)
y_test = np_utils.to_categorical(y_test, 10)


def make_model(dense_layer_sizes, dropout):
    model = Sequential()
    for i, size in enumerate(dense_layer_sizes):
        if i == 0:
            model.add(Dense(size, input_dim=784))
        else:
            model.add(Dense(size))
        model.add(Activation("relu"))
    model.add(Dropout(dropout))
    model.add(Dense(10))
    model.add(Activation("softmax"))
    model.compile(loss="categorical_crossentropy", optimizer="adadelta", metrics=["accuracy"])
    return model


my_classifier = KerasClassifier(make_model, batch_size=32, verbose=0)
validator = GridSearchCV(
    my_classifier,
    param_grid={"dense_layer_sizes": [[8], [32]], "nb_epoch": [1, 3], "dropout": [0.1]},
    scoring="neg_log_loss",
    cv=2,
)
validator.fit(X_train, y_train)
print("The parameters of the best model are:", validator.best_params_)
best_model = validator.best_estimator_.model
for name, value in zip(best_model.metrics_names, best_model.evaluate(X_test, y_test, verbose=0)):
    print(name, ":", value)
print("Test accuracy:", value)
