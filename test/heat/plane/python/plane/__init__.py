"""The services of the test control plane, a module each; `run(plane)` does not return."""
