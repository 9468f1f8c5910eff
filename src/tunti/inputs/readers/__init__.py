"""Readers of the input files: CSV, Excel, Parquet and GeoPackage."""

from tunti.inputs.readers.folder import read_folder
from tunti.inputs.readers.table import read_table

__all__ = ["read_folder", "read_table"]
