"""What is stored, as files: tables of rows, and CSV, JSON and Parquet made of them while they are sent."""
