"""simpleflow on Amazon SWF, embedded or real."""
