"""doctor: what it reports, and when it fails."""

import pytest

from pronghorn.cli import doctor as doctor_module
from pronghorn.errors import DeviceError


def halve(x):
    return 0.5 * x


@pytest.fixture
def no_packs(monkeypatch):
    """What is examined shall not depend on the packs that are installed."""
    monkeypatch.setattr(doctor_module.packs, "installed", lambda: ())


def test_a_sound_machine(run, no_packs, monkeypatch):
    monkeypatch.setattr(doctor_module, "GPU_FILES", ())
    ran = run("doctor")
    report = {line[2:15].strip(): line[15:] for line in ran.out.splitlines()}
    assert (ran.status, ran.err) == (0, "")
    assert {line[:2] for line in ran.out.splitlines()} == {"  "}
    assert {"pronghorn", "python", "numpy", "numba", "h5py", "threads", "cuda"} <= report.keys()
    assert "blocks" in report["processor"]
    assert "run and checked" in report["kernels"]


def test_a_broken_pack_is_wrong(run, make_pack, monkeypatch):
    make_pack("broken-pack", {"pronghorn.layers": {"Odd": "odd_layer:Odd"}}, {"odd_layer": "1/0"})
    monkeypatch.setattr(doctor_module, "EXAMINATIONS", (doctor_module._packs,))
    make_pack("sound-pack", {"pronghorn.layers": {"Sound": "builtins:int"}})
    ran = run("doctor")
    assert ran.status == 1
    assert "! pack broken-pack 1.0: layers Odd: ZeroDivisionError: division by zero" in ran.out
    assert "  pack sound-pack 1.0: ok\n" in ran.out
    assert ran.err == "pronghorn: something is wrong with: pack broken-pack.\n"


def test_a_cache_that_cannot_be_written_is_wrong(run, no_packs, monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("PRONGHORN_CACHE", str(tmp_path / "file"))
    ran = run("doctor")
    assert ran.status == 1
    assert "set PRONGHORN_CACHE to a folder of your own" in ran.out
    assert "kernel cache" in ran.err


def test_an_examination_that_fails_is_a_finding(run, monkeypatch):
    def broken():
        raise OSError("no such processor")
        yield

    monkeypatch.setattr(doctor_module, "EXAMINATIONS", (broken, doctor_module._versions))
    ran = run("doctor")
    assert ran.status == 1
    assert ran.out.startswith("! broken    OSError: no such processor (")
    assert "\n  numpy " in ran.out


def test_a_kernel_that_computes_wrongly_is_wrong(run, monkeypatch):
    monkeypatch.setattr(doctor_module, "_hyperbolic", halve)
    monkeypatch.setattr(doctor_module, "EXAMINATIONS", (doctor_module._kernels,))
    ran = run("doctor")
    assert ran.status == 1
    assert "tanh is wrong by" in ran.out


@pytest.mark.parametrize(("wanted", "status"), [("cpu", 0), ("cuda", 1)])
def test_missing_cuda_is_wrong_only_where_it_is_wanted(run, monkeypatch, wanted, status):
    def get(name):
        raise DeviceError("there is no driver")

    monkeypatch.setattr("pronghorn.devices.get", get)
    monkeypatch.setattr(doctor_module, "GPU_FILES", ())
    monkeypatch.setattr(doctor_module, "EXAMINATIONS", (doctor_module._cuda,))
    monkeypatch.setenv("PRONGHORN_DEVICE", wanted)
    ran = run("doctor")
    assert ran.status == status
    assert ran.out.endswith("cuda no: there is no driver\n")
