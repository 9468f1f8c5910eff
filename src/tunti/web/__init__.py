"""The workspace and the public view in a browser: shows what the layers below know and holds no planning logic."""
