"""ModelCheckpoint."""

import pytest

from pronghorn.callbacks import ModelCheckpoint


def names(model):
    return [path for _, path in model.saved]


def test_every_epoch_is_saved_under_its_own_name(run, model):
    run([ModelCheckpoint("m.{epoch:02d}-{val_loss:.2f}.h5")], [{"val_loss": v} for v in (1, 2.5)])
    assert model.saved == [("model", "m.00-1.00.h5"), ("model", "m.01-2.50.h5")]


def test_period_counts_epochs_over_several_trainings(run, model):
    checkpoint = ModelCheckpoint("m.{epoch:02d}.h5", period=2)
    run([checkpoint], [{"val_loss": 1.0}] * 4)
    assert names(model) == ["m.01.h5", "m.03.h5"]
    model.saved.clear()
    run([checkpoint], [{"val_loss": 1.0}])
    run([checkpoint], [{"val_loss": 1.0}])
    assert names(model) == ["m.00.h5"]


@pytest.mark.parametrize(
    ("monitor", "mode", "saved"),
    [("val_loss", "auto", [0, 2]), ("val_loss", "max", [0, 1, 4]), ("val_acc", "auto", [0, 1, 4])],
)
def test_only_the_best_is_saved(run, model, monitor, mode, saved):
    values = [5.0, 6.0, 4.0, 4.0, 7.0]
    checkpoint = ModelCheckpoint("{epoch}", monitor=monitor, save_best_only=True, mode=mode)
    run([checkpoint], [{monitor: value} for value in values])
    assert names(model) == [str(epoch) for epoch in saved]


def test_the_best_holds_over_several_trainings(run, model):
    checkpoint = ModelCheckpoint("m.h5", save_best_only=True)
    run([checkpoint], [{"val_loss": 1.0}])
    run([checkpoint], [{"val_loss": 2.0}])
    assert len(model.saved) == 1
    assert checkpoint.best == 1.0


def test_weights_only(run, model):
    run([ModelCheckpoint("w.h5", save_weights_only=True)], [{"val_loss": 1.0}])
    assert model.saved == [("weights", "w.h5")]


def test_a_missing_value_is_a_warning_and_nothing_is_saved(run, model):
    with pytest.warns(RuntimeWarning, match="monitors 'val_loss'"):
        run([ModelCheckpoint("m.h5", save_best_only=True)], [{"loss": 1.0}])
    assert model.saved == []


def test_a_name_with_a_value_that_is_not_there(run):
    with pytest.raises(KeyError, match=r"'val_acc'.*epoch, loss"):
        run([ModelCheckpoint("m.{val_acc}.h5")], [{"loss": 1.0}])


def test_folders_are_made(run, model, tmp_path):
    run([ModelCheckpoint(tmp_path / "deep" / "run{epoch}" / "m.h5")], [{"loss": 1.0}])
    assert (tmp_path / "deep" / "run0").is_dir()


def test_an_impossible_path_is_an_error_before_training(run, model, tmp_path):
    (tmp_path / "file").touch()
    epochs_seen = []

    class Witness(ModelCheckpoint):
        def on_epoch_begin(self, epoch, logs=None):
            epochs_seen.append(epoch)

    with pytest.raises(OSError, match=r"cannot save checkpoints to .*is not a folder"):
        run([Witness(tmp_path / "file" / "m.h5")], [{"loss": 1.0}])
    assert epochs_seen == []


def test_a_folder_without_permission_is_an_error_before_training(run, tmp_path, monkeypatch):
    monkeypatch.setattr("os.access", lambda path, mode: False)
    with pytest.raises(OSError, match="is not writable"):
        run([ModelCheckpoint(tmp_path / "m.h5")], [{"loss": 1.0}])


def test_a_folder_that_cannot_be_made_is_an_error_before_training(run):
    with pytest.raises(OSError, match=r"ModelCheckpoint cannot .* '/proc/absent/m\.h5'.*filepath"):
        run([ModelCheckpoint("/proc/absent/m.h5")], [{"loss": 1.0}])


def test_an_ending_that_is_not_written_is_an_error_before_training(run, model):
    with pytest.raises(OSError, match=r"\.keras is the zip format"):
        run([ModelCheckpoint("m.{epoch}.keras")], [{"loss": 1.0}])
    assert model.saved == []


def test_a_failed_save_is_not_remembered_as_the_best(run, model):
    def fail(path, overwrite):
        raise OSError("disk full")

    model.save = fail
    checkpoint = ModelCheckpoint("m.h5", save_best_only=True)
    with pytest.raises(OSError, match="disk full"):
        run([checkpoint], [{"val_loss": 1.0}])
    assert checkpoint.best == float("inf")


def test_it_says_what_it_does(run, capsys):
    checkpoint = ModelCheckpoint("m.h5", save_best_only=True, verbose=1)
    run([checkpoint], [{"val_loss": 1.0}, {"val_loss": 2.0}])
    assert capsys.readouterr().out.splitlines() == [
        "Epoch 00000: val_loss improved from inf to 1.00000, saved to m.h5",
        "Epoch 00001: val_loss did not improve on 1.00000",
    ]


def test_its_configuration_round_trips():
    checkpoint = ModelCheckpoint("m.h5", monitor="acc", period=3)
    again = ModelCheckpoint.from_config(checkpoint.get_config())
    assert again.get_config() == checkpoint.get_config()
    assert again.period == 3
