"""The rules of the register and the catalogues: one file per kind of stream, its ``decide`` first."""
