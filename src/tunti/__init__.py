"""Tunti plans a network of joint public service points: everyone within an hour, every euro accounted for."""

__version__ = "0.1.0"
