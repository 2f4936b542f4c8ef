"""What an estimate reads of the bundled facts is what their checked records say."""

import subprocess
import sys

from catalog import home, installed
from catalog.dimensions import OWN, Dimensions
from catalog.load import load
from catalog.records import Gpu, Model


def test_every_gpu_reads_like_its_record() -> None:
    names = [*Gpu.model_fields, "recalled"]
    read = [{name: getattr(gpu, name) for name in names} for gpu in Dimensions().gpus]

    assert read == [{name: getattr(gpu, name) for name in names} for gpu in load().gpus]
    assert len(read) > 20


def test_every_model_reads_like_its_record_without_prices_and_end() -> None:
    names = [name for name in Model.model_fields if not name.startswith("lifecycle")] + ["recalled"]
    read = [{name: getattr(model, name) for name in names} for model in Dimensions().built_models]

    assert read == [{name: getattr(model, name) for name in names} for model in load().built_models]
    assert len(read) > 100


def test_reading_them_loads_no_library_that_checks_records() -> None:
    program = (
        "import sys; from catalog.dimensions import Dimensions; Dimensions().gpus; print('pydantic' in sys.modules)"
    )

    assert (
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout == "False\n"
    )


def test_what_a_workspace_may_lay_over_them_is_known_by_name() -> None:
    assert set(OWN) == {home.OVERLAY, installed.MARKER}
