"""Callbacks: progress, checkpoints, early stopping, schedules."""

from typing import TYPE_CHECKING, Any

from pronghorn.components.callback import CallbackList as CallbackList
from pronghorn.registry.package import component_package

if TYPE_CHECKING:
    from pronghorn.callbacks.base_logger import BaseLogger as BaseLogger
    from pronghorn.callbacks.csv_logger import CSVLogger as CSVLogger
    from pronghorn.callbacks.early_stopping import EarlyStopping as EarlyStopping
    from pronghorn.callbacks.history import History as History
    from pronghorn.callbacks.lambda_callback import LambdaCallback as LambdaCallback
    from pronghorn.callbacks.learning_rate_scheduler import (
        LearningRateScheduler as LearningRateScheduler,
    )
    from pronghorn.callbacks.model_checkpoint import ModelCheckpoint as ModelCheckpoint
    from pronghorn.callbacks.progbar_logger import ProgbarLogger as ProgbarLogger
    from pronghorn.callbacks.reduce_lr_on_plateau import ReduceLROnPlateau as ReduceLROnPlateau
    from pronghorn.callbacks.remote_monitor import RemoteMonitor as RemoteMonitor
    from pronghorn.callbacks.tensor_board import TensorBoard as TensorBoard
    from pronghorn.callbacks.terminate_on_nan import TerminateOnNaN as TerminateOnNaN
    from pronghorn.components.callback import Callback as Callback

    get = Callback.get

    def __getattr__(name: str) -> Any: ...


component_package(__name__)
