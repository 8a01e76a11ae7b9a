"""Others that do the same work, a program each; :mod:`benchmarks.peers.catalog` lists them."""
