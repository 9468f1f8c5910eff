"""The road network: graph, speeds, snapping and shortest paths."""
