"""Run one OpenStack service of the test control plane in the foreground.

usage: run_service.py keystone|placement|glance|neutron|nova|octavia|heat PLANE_JSON

PLANE_JSON is written by the TypeScript side: {"directory": str, "ports": {service: int}}. API and workers of a service
share one process and speak over oslo.messaging's in-memory transport, so that no broker is needed.
"""
import importlib
import sys

from plane.context import Plane

if __name__ == '__main__':
    service = sys.argv[1]
    plane = Plane.read(service, sys.argv[2])
    importlib.import_module(f'plane.{service}').run(plane)
