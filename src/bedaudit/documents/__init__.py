"""Pure parsers of AWS documents, and the catalogue of metrics."""
