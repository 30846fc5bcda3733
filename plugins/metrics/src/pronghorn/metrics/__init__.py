"""Metrics."""

from typing import TYPE_CHECKING, Any

from pronghorn.registry.package import component_package

if TYPE_CHECKING:
    from pronghorn.components.metric import Metric as Metric
    from pronghorn.metrics.auc import AUC as AUC
    from pronghorn.metrics.binary_accuracy import binary_accuracy as binary_accuracy
    from pronghorn.metrics.categorical_accuracy import categorical_accuracy as categorical_accuracy
    from pronghorn.metrics.categorical_accuracy import (
        sparse_categorical_accuracy as sparse_categorical_accuracy,
    )
    from pronghorn.metrics.fbeta_score import fbeta_score as fbeta_score
    from pronghorn.metrics.fbeta_score import fmeasure as fmeasure
    from pronghorn.metrics.losses import binary_crossentropy as binary_crossentropy
    from pronghorn.metrics.losses import categorical_crossentropy as categorical_crossentropy
    from pronghorn.metrics.losses import categorical_hinge as categorical_hinge
    from pronghorn.metrics.losses import cosine_proximity as cosine_proximity
    from pronghorn.metrics.losses import cosine_similarity as cosine_similarity
    from pronghorn.metrics.losses import hinge as hinge
    from pronghorn.metrics.losses import huber as huber
    from pronghorn.metrics.losses import kullback_leibler_divergence as kullback_leibler_divergence
    from pronghorn.metrics.losses import log_cosh as log_cosh
    from pronghorn.metrics.losses import mean_absolute_error as mean_absolute_error
    from pronghorn.metrics.losses import (
        mean_absolute_percentage_error as mean_absolute_percentage_error,
    )
    from pronghorn.metrics.losses import mean_squared_error as mean_squared_error
    from pronghorn.metrics.losses import (
        mean_squared_logarithmic_error as mean_squared_logarithmic_error,
    )
    from pronghorn.metrics.losses import poisson as poisson
    from pronghorn.metrics.losses import (
        sparse_categorical_crossentropy as sparse_categorical_crossentropy,
    )
    from pronghorn.metrics.losses import squared_hinge as squared_hinge
    from pronghorn.metrics.matthews_correlation import matthews_correlation as matthews_correlation
    from pronghorn.metrics.precision import precision as precision
    from pronghorn.metrics.precision import recall as recall
    from pronghorn.metrics.top_k_categorical_accuracy import (
        sparse_top_k_categorical_accuracy as sparse_top_k_categorical_accuracy,
    )
    from pronghorn.metrics.top_k_categorical_accuracy import (
        top_k_categorical_accuracy as top_k_categorical_accuracy,
    )

    KLD = kullback_leibler_divergence
    MAE = mean_absolute_error
    MAPE = mean_absolute_percentage_error
    MSE = mean_squared_error
    MSLE = mean_squared_logarithmic_error
    auc = AUC
    cosine = cosine_proximity
    f1score = fmeasure
    fscore = fmeasure
    get = Metric.get
    huber_loss = huber
    kl_divergence = kullback_leibler_divergence
    kld = kullback_leibler_divergence
    logcosh = log_cosh
    mae = mean_absolute_error
    mape = mean_absolute_percentage_error
    mse = mean_squared_error
    msle = mean_squared_logarithmic_error

    def __getattr__(name: str) -> Any: ...


component_package(__name__)
