"""Figures for other systems: the text of Prometheus, and OpenTelemetry over HTTP."""
