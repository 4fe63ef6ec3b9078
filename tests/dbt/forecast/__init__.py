"""Tests of the forecast's models. Whole companies with their own oracle are in tests/forecast_truth."""
