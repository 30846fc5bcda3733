"""Objectives (losses)."""

from typing import TYPE_CHECKING, Any

from pronghorn.registry.package import component_package

if TYPE_CHECKING:
    from pronghorn.components.objective import Objective as Objective
    from pronghorn.objectives.binary_crossentropy import binary_crossentropy as binary_crossentropy
    from pronghorn.objectives.categorical_crossentropy import (
        categorical_crossentropy as categorical_crossentropy,
    )
    from pronghorn.objectives.categorical_hinge import categorical_hinge as categorical_hinge
    from pronghorn.objectives.cosine_proximity import cosine_proximity as cosine_proximity
    from pronghorn.objectives.cosine_proximity import cosine_similarity as cosine_similarity
    from pronghorn.objectives.hinge import hinge as hinge
    from pronghorn.objectives.huber import huber as huber
    from pronghorn.objectives.kullback_leibler_divergence import (
        kullback_leibler_divergence as kullback_leibler_divergence,
    )
    from pronghorn.objectives.log_cosh import log_cosh as log_cosh
    from pronghorn.objectives.mean_absolute_error import mean_absolute_error as mean_absolute_error
    from pronghorn.objectives.mean_absolute_percentage_error import (
        mean_absolute_percentage_error as mean_absolute_percentage_error,
    )
    from pronghorn.objectives.mean_squared_error import mean_squared_error as mean_squared_error
    from pronghorn.objectives.mean_squared_logarithmic_error import (
        mean_squared_logarithmic_error as mean_squared_logarithmic_error,
    )
    from pronghorn.objectives.poisson import poisson as poisson
    from pronghorn.objectives.sparse_categorical_crossentropy import (
        sparse_categorical_crossentropy as sparse_categorical_crossentropy,
    )
    from pronghorn.objectives.squared_hinge import squared_hinge as squared_hinge

    BCE = binary_crossentropy
    KLD = kullback_leibler_divergence
    MAE = mean_absolute_error
    MAPE = mean_absolute_percentage_error
    MSE = mean_squared_error
    MSLE = mean_squared_logarithmic_error
    bce = binary_crossentropy
    cosine = cosine_proximity
    get = Objective.get
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
