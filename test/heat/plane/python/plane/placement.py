"""Placement: Nova's scheduler asks it for candidates."""
import os
import sys


def run(plane):
    os.environ['OS_PLACEMENT_CONFIG_DIR'] = plane.etc
    sys.argv = ['placement']
    from placement.wsgi.api import application
    plane.serve(application)
