"""The page about this machine: checks, GPUs, images, engine, and the room that jobs take."""
