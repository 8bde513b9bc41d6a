"""Files that leave the house: drawn by the plotly package, each whole in itself."""
