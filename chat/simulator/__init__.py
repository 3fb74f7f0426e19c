"""A simulated OpenRouter: its wire, its errors and its bad days, chosen by model id.

`grammar` has the ids' grammar. No model, no network beyond 127.0.0.1.
"""

from chat.simulator.asked import full_text
from chat.simulator.catalogue import PICKER_MODELS, list_models
from chat.simulator.server import SimulatorServer

__all__ = ["PICKER_MODELS", "SimulatorServer", "full_text", "list_models"]
