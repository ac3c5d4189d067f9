"""Geometry and line work of the instrument: plain values in, plain values out."""
