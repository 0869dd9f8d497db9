"""Fitted pipelines taken apart, Shapley values of raw features, and scores of changed features."""
