"""A simulated OpenRouter: its wire, its errors and its bad days, chosen by model id.

`scenario` has the grammar of the ids. No model, no network beyond 127.0.0.1.
"""

from chat.simulator.catalogue import PICKER_MODELS
from chat.simulator.server import SimulatorServer

__all__ = ["PICKER_MODELS", "SimulatorServer"]
