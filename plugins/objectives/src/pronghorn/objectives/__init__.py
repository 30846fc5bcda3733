"""Objectives (losses)."""

from typing import TYPE_CHECKING, Any

from pronghorn.registry.package import component_package

if TYPE_CHECKING:
    from pronghorn.components.objective import Objective as Objective
    from pronghorn.objectives.binary_crossentropy import binary_crossentropy as binary_crossentropy
    from pronghorn.objectives.categorical_crossentropy import (
        categorical_crossentropy as categorical_crossentropy,
    )
    from pronghorn.objectives.cosine_proximity import cosine_proximity as cosine
    from pronghorn.objectives.cosine_proximity import cosine_proximity as cosine_proximity
    from pronghorn.objectives.cosine_proximity import cosine_similarity as cosine_similarity
    from pronghorn.objectives.hinge import hinge as hinge
    from pronghorn.objectives.huber import huber as huber
    from pronghorn.objectives.huber import huber as huber_loss
    from pronghorn.objectives.kullback_leibler_divergence import (
        kullback_leibler_divergence as kl_divergence,
    )
    from pronghorn.objectives.kullback_leibler_divergence import (
        kullback_leibler_divergence as kullback_leibler_divergence,
    )
    from pronghorn.objectives.kullback_leibler_divergence import kullback_leibler_divergence as KLD
    from pronghorn.objectives.kullback_leibler_divergence import kullback_leibler_divergence as kld
    from pronghorn.objectives.log_cosh import log_cosh as log_cosh
    from pronghorn.objectives.log_cosh import log_cosh as logcosh
    from pronghorn.objectives.mean_absolute_error import mean_absolute_error as MAE
    from pronghorn.objectives.mean_absolute_error import mean_absolute_error as mae
    from pronghorn.objectives.mean_absolute_error import mean_absolute_error as mean_absolute_error
    from pronghorn.objectives.mean_absolute_percentage_error import (
        mean_absolute_percentage_error as MAPE,
    )
    from pronghorn.objectives.mean_absolute_percentage_error import (
        mean_absolute_percentage_error as mape,
    )
    from pronghorn.objectives.mean_absolute_percentage_error import (
        mean_absolute_percentage_error as mean_absolute_percentage_error,
    )
    from pronghorn.objectives.mean_squared_error import mean_squared_error as MSE
    from pronghorn.objectives.mean_squared_error import mean_squared_error as mean_squared_error
    from pronghorn.objectives.mean_squared_error import mean_squared_error as mse
    from pronghorn.objectives.mean_squared_logarithmic_error import (
        mean_squared_logarithmic_error as MSLE,
    )
    from pronghorn.objectives.mean_squared_logarithmic_error import (
        mean_squared_logarithmic_error as mean_squared_logarithmic_error,
    )
    from pronghorn.objectives.mean_squared_logarithmic_error import (
        mean_squared_logarithmic_error as msle,
    )
    from pronghorn.objectives.poisson import poisson as poisson
    from pronghorn.objectives.sparse_categorical_crossentropy import (
        sparse_categorical_crossentropy as sparse_categorical_crossentropy,
    )
    from pronghorn.objectives.squared_hinge import squared_hinge as squared_hinge

    def __getattr__(name: str) -> Any: ...


component_package(__name__)
