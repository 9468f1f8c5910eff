"""Readers of the input files: CSV, Excel, Parquet and GeoPackage."""
