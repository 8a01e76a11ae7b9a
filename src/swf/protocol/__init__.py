"""The words of Amazon SWF, API version 2012-01-25: pure values, no behaviour."""
