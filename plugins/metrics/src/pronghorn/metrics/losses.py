"""The objectives as metrics: the mean of the loss over the batch, without weights and masks."""

from pronghorn import objectives
from pronghorn.components.metric import ObjectiveMetric

mean_squared_error = ObjectiveMetric(objectives.mean_squared_error)
mean_absolute_error = ObjectiveMetric(objectives.mean_absolute_error)
mean_absolute_percentage_error = ObjectiveMetric(objectives.mean_absolute_percentage_error)
mean_squared_logarithmic_error = ObjectiveMetric(objectives.mean_squared_logarithmic_error)
hinge = ObjectiveMetric(objectives.hinge)
squared_hinge = ObjectiveMetric(objectives.squared_hinge)
categorical_crossentropy = ObjectiveMetric(objectives.categorical_crossentropy)
sparse_categorical_crossentropy = ObjectiveMetric(objectives.sparse_categorical_crossentropy)
categorical_hinge = ObjectiveMetric(objectives.categorical_hinge)
binary_crossentropy = ObjectiveMetric(objectives.binary_crossentropy)
kullback_leibler_divergence = ObjectiveMetric(objectives.kullback_leibler_divergence)
poisson = ObjectiveMetric(objectives.poisson)
cosine_proximity = ObjectiveMetric(objectives.cosine_proximity)
cosine_similarity = ObjectiveMetric(objectives.cosine_similarity)
huber = ObjectiveMetric(objectives.huber)
log_cosh = ObjectiveMetric(objectives.log_cosh)
