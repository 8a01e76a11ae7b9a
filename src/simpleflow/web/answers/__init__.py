"""What is answered at each address: what was asked becomes a page, or JSON."""
