"""Whether what is printed is true: in stores whose truth is planted."""
