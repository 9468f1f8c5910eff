"""Writers of the document: HTML, PDF, Excel and GeoPackage."""
